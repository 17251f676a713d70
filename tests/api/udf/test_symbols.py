from __future__ import annotations

import re

import pytest

from chandlery.engine.server import Server
from tests.api.udf.house import NOW, Asker

_WORDS = (
    "1S 5S 10S 15S 30S 1 2 3 5 10 15 30 45 60 120 180 240 360 480 720 1D 2D 3D 1W 2W 1M 3M 6M 12M"
)
SUPPORTED = re.split(" ", _WORDS)
MINUTES = [text for text in SUPPORTED if text.isdecimal()]

BTC_SYMBOL = {
    "name": "BTCUSDT",
    "ticker": "BINANCE:BTCUSDT",
    "description": "Bitcoin",
    "type": "crypto",
    "exchange": "BINANCE",
    "listed_exchange": "BINANCE",
    "session": "24x7",
    "timezone": "Etc/UTC",
    "format": "price",
    "minmov": 1,
    "pricescale": 100,
    "has_intraday": True,
    "intraday_multipliers": MINUTES,
    "has_seconds": True,
    "seconds_multipliers": ["1", "5", "10", "15", "30"],
    "has_daily": True,
    "daily_multipliers": ["1", "2", "3"],
    "has_weekly_and_monthly": True,
    "weekly_multipliers": ["1", "2"],
    "monthly_multipliers": ["1", "3", "6", "12"],
    "supported_resolutions": SUPPORTED,
    "has_empty_bars": False,
    "visible_plots_set": "ohlcv",
    "volume_precision": 2,
    "data_status": "streaming",
    "currency_code": "USDT",
}


async def test_config_says_what_the_datafeed_can(ask: Asker) -> None:
    names = ["BINANCE", "CHANDLERY", "DEX", "KRAKEN", "NEW", "NYSE"]
    every = {"value": "", "name": "All exchanges", "desc": ""}
    assert await ask.json("/api/tradingview/config") == {
        "supports_search": True,
        "supports_group_request": False,
        "supports_marks": True,
        "supports_timescale_marks": True,
        "supports_time": True,
        "exchanges": [every, *({"value": name, "name": name, "desc": name} for name in names)],
        "symbols_types": [
            {"name": "All types", "value": ""},
            {"name": "crypto", "value": "crypto"},
            {"name": "index", "value": "index"},
            {"name": "stock", "value": "stock"},
        ],
        "supported_resolutions": SUPPORTED,
    }


async def test_time_is_a_bare_number(ask: Asker) -> None:
    assert await ask.text("/api/tradingview/time") == str(NOW)


@pytest.mark.parametrize(
    "symbol", ["BINANCE:BTCUSDT", "binance:btcusdt", "BTCUSDT", "btcusdt", "%20BTCUSDT%20"]
)
async def test_a_symbol_is_found_by_ticker_and_by_name(symbol: str, ask: Asker) -> None:
    found = await ask.json(f"/api/tradingview/symbols?symbol={symbol}")
    assert found == BTC_SYMBOL
    assert list(found)[:2] == ["name", "ticker"]


async def test_a_session_market_tells_its_hours(ask: Asker) -> None:
    found = await ask.json("/api/tradingview/symbols?symbol=ACME")
    told = {key: found[key] for key in ("session", "timezone", "type", "description")}
    assert told == {
        "session": "0930-1600",
        "timezone": "America/New_York",
        "type": "stock",
        "description": "ACME",
    }
    assert "currency_code" not in found


@pytest.mark.parametrize(
    ("symbol", "scale"),
    [("TINYUSDT", 10**16), ("HUGEUSDT", 1), ("EMPTYUSDT", 100)],
)
async def test_the_price_scale_shows_the_prices(symbol: str, scale: int, ask: Asker) -> None:
    found = await ask.json(f"/api/tradingview/symbols?symbol={symbol}")
    assert (found["minmov"], found["pricescale"]) == (1, scale)


async def test_a_market_without_an_exchange_is_found_with_the_one_it_is_shown(ask: Asker) -> None:
    found = await ask.json("/api/tradingview/symbols?symbol=GOLD")
    assert (found["ticker"], found["exchange"]) == ("GOLD", "CHANDLERY")
    assert await ask.json("/api/tradingview/symbols?symbol=CHANDLERY:GOLD") == found
    other = await ask.json("/api/tradingview/symbols?symbol=KRAKEN:GOLD")
    assert (other["ticker"], other["exchange"]) == ("KRAKEN:GOLD", "KRAKEN")


@pytest.mark.parametrize(
    "symbol", ["NOPE", "KRAKEN:BTCUSDT", "BTC", "'%20OR%201=1--", "..%2F..%2Fetc"]
)
async def test_an_unknown_symbol_is_told_by_its_name(symbol: str, ask: Asker) -> None:
    body = await ask.text(f"/api/tradingview/symbols?symbol={symbol}")
    assert body == '{"s":"error","errmsg":"unknown_symbol"}'


async def test_a_name_that_two_exchanges_have_is_not_guessed(ask: Asker, server: Server) -> None:
    server.engine.registry.add_symbol("OKX:BTCUSDT")
    body = await ask.text("/api/tradingview/symbols?symbol=BTCUSDT")
    assert body == '{"s":"error","errmsg":"unknown_symbol"}'


async def test_symbol_info_is_a_table(ask: Asker) -> None:
    assert await ask.json("/api/tradingview/symbol_info?group=dex") == {
        "symbol": ["TINYUSDT", "HUGEUSDT"],
        "ticker": ["DEX:TINYUSDT", "DEX:HUGEUSDT"],
        "description": ["TINY / USDT", "HUGE / USDT"],
        "type": ["crypto", "crypto"],
        "exchange-listed": ["DEX", "DEX"],
        "exchange-traded": ["DEX", "DEX"],
        "exchange_listed_name": ["DEX", "DEX"],
        "session-regular": ["24x7", "24x7"],
        "timezone": ["Etc/UTC", "Etc/UTC"],
        "minmovement": 1,
        "pricescale": [10**16, 1],
        "has-intraday": True,
        "intraday-multipliers": MINUTES,
        "has-daily": True,
        "has-weekly-and-monthly": True,
        "has-empty-bars": False,
        "supported-resolutions": SUPPORTED,
        "visible-plots-set": "ohlcv",
        "volume-precision": [0, 8],
        "currency-code": ["USDT", "USDT"],
    }


async def test_an_unknown_group_has_no_symbols_and_is_no_error(ask: Asker) -> None:
    body = await ask.json("/api/tradingview/symbol_info?group=AMEX")
    assert body["symbol"] == []
    assert "s" not in body
    every = await ask.json("/api/tradingview/symbol_info")
    assert len(every["symbol"]) == 7


async def test_search_is_a_bare_list(ask: Asker) -> None:
    query = "limit=30&query=BITC&type=&exchange="
    assert await ask.text(f"/api/tradingview/search?{query}") == (
        '[{"symbol":"BTCUSDT","full_name":"BINANCE:BTCUSDT","description":"Bitcoin",'
        '"exchange":"BINANCE","ticker":"BINANCE:BTCUSDT","type":"crypto"}]'
    )


@pytest.mark.parametrize(
    ("query", "tickers"),
    [
        ("query=", 7),
        ("", 7),
        ("query=gold", ["GOLD", "KRAKEN:GOLD"]),
        ("query=GOLD&exchange=kraken", ["KRAKEN:GOLD"]),
        ("query=gold&exchange=CHANDLERY", ["GOLD"]),
        ("query=&type=INDEX", ["GOLD", "KRAKEN:GOLD"]),
        ("query=&type=index&limit=1", ["GOLD"]),
        ("query=gold&type=crypto", []),
        ("query=nothing%20like%20it", []),
        ("query=gold&limit=999999", ["GOLD", "KRAKEN:GOLD"]),
    ],
)
async def test_search_filters(query: str, tickers: list[str] | int, ask: Asker) -> None:
    found = [row["ticker"] for row in await ask.json(f"/api/tradingview/search?{query}")]
    assert (len(found) if isinstance(tickers, int) else found) == tickers


async def test_what_search_calls_full_name_is_a_symbol(ask: Asker) -> None:
    for row in await ask.json("/api/tradingview/search"):
        found = await ask.json(f"/api/tradingview/symbols?symbol={row['full_name']}")
        assert found["ticker"] == row["ticker"]
