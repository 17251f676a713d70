from __future__ import annotations

import pytest

from chandlery.core.indicators import INDICATORS
from tests.api.v1.house import House
from tests.engine.builders import START

SMA = "indicators/sma?symbol=BINANCE:BTCUSDT&interval=1m"


async def test_every_indicator_is_listed_with_its_parameters(home: House) -> None:
    rows = {row["name"]: row for row in (await home.get("indicators")).json()}
    assert list(rows) == list(INDICATORS)
    period, source = rows["sma"]["parameters"]
    assert (period["name"], period["default"], period["least"]) == ("period", 20, 1)
    assert "hl2" in source["choices"]


async def test_values_are_right_from_the_first_bar_on(home: House) -> None:
    answer = await home.get(f"{SMA}&period=3&limit=2")
    assert answer.headers["chandlery-interval"] == "1m"
    assert answer.json() == {
        "indicator": "sma",
        "interval": "1m",
        "parameters": {"period": 3, "source": "c"},
        "displacement": {"sma": 0},
        "t": [START + 480, START + 540],
        "outputs": {"sma": [109, 110]},
    }


async def test_where_there_is_no_value_it_is_null(home: House) -> None:
    answer = await home.get(f"{SMA}&period=2&start={START}&end={START + 120}")
    assert answer.json()["outputs"] == {"sma": [None, 102.5]}


@pytest.mark.parametrize("name", INDICATORS)
async def test_every_indicator_is_answered(name: str, home: House) -> None:
    answer = await home.get(f"indicators/{name}?symbol=BINANCE:BTCUSDT&interval=1m")
    assert answer.status_code == 200
    assert list(answer.json()["outputs"]) == list(INDICATORS[name].outputs)
    assert all(len(line) == 8 for line in answer.json()["outputs"].values())
