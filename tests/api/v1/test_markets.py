from __future__ import annotations

import pytest

from tests.api.v1.house import BTC, NOW, House
from tests.api.v1.test_candles import following
from tests.engine.builders import START


async def found(home: House, query: str) -> list[str]:
    answer = await home.get(f"symbols?{query}")
    assert answer.status_code == 200, answer.text
    return [market["symbol"] for market in answer.json()]


async def test_all_markets_are_listed_in_their_order(home: House) -> None:
    answer = await home.get("symbols")
    assert answer.json()[0] == {
        "symbol": "BINANCE:BTCUSDT",
        "exchange": "BINANCE",
        "base": "BTC",
        "quote": "USDT",
        "type": "crypto",
        "description": "",
        "session": "24x7",
        "time_zone": "UTC",
        "price_scale": 100,
        "volume_precision": 0,
    }
    assert len(answer.json()) == 4
    assert "link" not in answer.headers


async def test_markets_are_found_by_what_people_type(home: House) -> None:
    assert await found(home, "query=btc") == ["KRAKEN:BTC/EUR", "BINANCE:BTCUSDT"]
    assert await found(home, "query=bitcoin") == ["KRAKEN:BTC/EUR"]
    assert await found(home, "exchange=kraken") == ["KRAKEN:BTC/EUR"]
    assert await found(home, "type=STOCK") == ["NYSE:ACME"]
    assert await found(home, "query=btc&exchange=BINANCE") == ["BINANCE:BTCUSDT"]
    assert await found(home, "query=zzz") == []


async def test_pages_hold_each_market_once(home: House) -> None:
    answer = await home.get("symbols?limit=3")
    listed = [market["symbol"] for market in answer.json()]
    # A market that comes in between moves nothing.
    home.server.engine.registry.add_symbol("NEW:ONE")
    rest = await home.get(following(answer))
    listed += [market["symbol"] for market in rest.json()]
    assert listed == [market.symbol for market in home.server.engine.registry.markets()]
    assert "link" not in rest.headers


@pytest.mark.parametrize("path", ["KRAKEN:BTC/EUR", "kraken:btc%2Feur", "KRAKEN%3ABTC%2FEUR"])
async def test_one_market_is_found_by_its_symbol(path: str, home: House) -> None:
    answer = await home.get(f"symbols/{path}")
    assert answer.json()["description"] == "Bitcoin in euros"


async def test_intervals_tell_their_spellings_and_rungs(home: House) -> None:
    rows = {row["interval"]: row for row in (await home.get("intervals")).json()}
    assert rows["1h"] == {
        "interval": "1h",
        "spellings": ["1h", "60", "60m"],
        "seconds": 3600,
        "rung": True,
    }
    assert rows["1M"]["spellings"] == ["1M", "M"]
    assert rows["45m"]["rung"] is False
    assert [row["seconds"] for row in rows.values()] == sorted(
        row["seconds"] for row in rows.values()
    )
    assert (await home.get("intervals?symbol=binance:btcusdt")).json() == [*rows.values()]


async def test_each_spelling_of_an_interval_names_it(home: House) -> None:
    for row in (await home.get("intervals")).json():
        for spelling in row["spellings"]:
            path = f"candles?symbol=BINANCE:BTCUSDT&interval={spelling}"
            answer = await home.get(path)
            assert answer.headers["chandlery-interval"] == row["interval"]


async def test_gaps_are_what_was_not_collected(home: House) -> None:
    assert (await home.get("gaps?symbol=BINANCE:BTCUSDT")).json() == []
    await home.cover(BTC, (START, START + 60), (START + 120, NOW))
    gap = [{"start": START + 60, "end": START + 120, "state": "open", "reason": ""}]
    assert (await home.get("gaps?symbol=BINANCE:BTCUSDT")).json() == gap
    assert (await home.get("gaps?symbol=BINANCE:BTCUSDT&kind=1m")).json() == []


async def test_jobs_are_listed(home: House) -> None:
    jobs = (await home.get("jobs")).json()
    assert [job["name"] for job in jobs][:2] == ["roll-up 1m", "roll-up 5m"]


async def test_a_ticker_is_a_line_a_market(home: House) -> None:
    answer = await home.get("ticker?symbols=BINANCE:ETHUSDT,binance:btcusdt,NYSE:ACME")
    eth, btc, acme = answer.json()
    assert btc == {
        "symbol": "BINANCE:BTCUSDT",
        "last": 111,
        "time": START + 540,
        "open": 100,
        "high": 111,
        "low": 100,
        "volume": 16,
        "quote_volume": 1692,
        "change": 11,
        "change_percent": 11,
        "trades": 16,
    }
    assert (eth["symbol"], eth["last"]) == ("BINANCE:ETHUSDT", 2000)
    assert (acme["symbol"], acme["last"], acme["trades"]) == ("NYSE:ACME", None, None)


async def test_the_busiest_come_first(home: House) -> None:
    every = (await home.get("symbols")).json()
    busy = (await home.get("symbols?sort=activity")).json()
    assert sorted(each["symbol"] for each in busy) == sorted(each["symbol"] for each in every)
    assert busy[0]["symbol"] == "BINANCE:BTCUSDT"
    first = await home.get("symbols?sort=activity&limit=2")
    assert first.json() == busy[:2]
    then = await home.get(following(first))
    assert then.json() == busy[2:4]
    found = (await home.get("symbols?sort=activity&query=usdt&type=crypto&limit=1")).json()
    assert [each["symbol"] for each in found] == ["BINANCE:BTCUSDT"]
    refused = await home.get("symbols?sort=size")
    assert refused.status_code == 400
    assert "match or activity expected" in refused.text
