"""The quality of markets over HTTP."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from chandlery.api.openapi import document_of
from tests.api.v1.house import BTC, MARKETS, NOW, House, app_of
from tests.engine.builders import START


def schema_of(home: House) -> Any:
    paths = document_of(app_of(home.server))["paths"]
    answers = paths["/api/v1/quality"]["get"]["responses"]
    return answers["200"]["content"]["application/json"]["schema"]


async def test_one_market(home: House) -> None:
    await home.cover(BTC, (START, START + 60), (START + 120, START + 180))
    answer = await home.get("quality?symbol=binance:btcusdt")
    assert answer.status_code == 200
    jsonschema_rs.validate(schema_of(home), answer.json())
    [row] = answer.json()
    assert row["symbol"] == "BINANCE:BTCUSDT"
    assert row["age_s"] == NOW - row["last"]
    assert row["gaps"] == {
        "count": 1,
        "seconds": 60,
        "newest": [{"start": START + 60, "end": START + 120}],
    }
    # Nine closed minutes, two of which without trades.
    assert row["trades_per_minute"]["recent"] == pytest.approx(14 / 9)
    assert row["bars_per_minute"]["recent"] == pytest.approx(7 / 9)


@pytest.mark.parametrize("limit", [1, 3, 4, 50])
async def test_all_markets_page_by_page(home: House, limit: int) -> None:
    path, found = f"quality?limit={limit}", []
    while True:
        answer = await home.get(path)
        jsonschema_rs.validate(schema_of(home), answer.json())
        found += [row["symbol"] for row in answer.json()]
        assert len(answer.json()) <= limit
        if "Chandlery-Cursor" not in answer.headers:
            break
        path = f"quality?limit={limit}&cursor={answer.headers['Chandlery-Cursor']}"
    assert found == [market.symbol for market in MARKETS]


async def test_what_cannot_be_is_refused(home: House) -> None:
    assert (await home.get("quality?symbol=NO:SUCH")).json()["code"] == "unknown_symbol"
    assert (await home.get("quality?limit=51")).json()["code"] == "bad_parameter"
    assert (await home.get("quality?cursor=abcdefghijklm")).json()["code"] == "bad_parameter"
