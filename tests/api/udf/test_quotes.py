from __future__ import annotations

from tests.api.udf.house import Asker


async def test_quotes_are_numbers_under_the_names_that_were_asked(ask: Asker) -> None:
    body = await ask.json("/api/tradingview/quotes?symbols=binance:btcusdt%2CNOPE%2CEMPTYUSDT")
    assert body == {
        "s": "ok",
        "d": [
            {
                "s": "ok",
                "n": "binance:btcusdt",
                "v": {
                    "short_name": "BTCUSDT",
                    "original_name": "BINANCE:BTCUSDT",
                    "exchange": "BINANCE",
                    "description": "Bitcoin",
                    "lp": 104.5,
                    "ch": 4.0,
                    "chp": 3.98009950249,
                    "open_price": 100.5,
                    "high_price": 104.5,
                    "low_price": 100.5,
                    "prev_close_price": 100.5,
                    "volume": 3.55,
                },
            },
            {"s": "error", "n": "NOPE", "v": {}},
            {
                "s": "ok",
                "n": "EMPTYUSDT",
                "v": {
                    "short_name": "EMPTYUSDT",
                    "original_name": "NEW:EMPTYUSDT",
                    "exchange": "NEW",
                    "description": "EMPTY / USDT",
                },
            },
        ],
    }
