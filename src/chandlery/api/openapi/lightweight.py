"""What the document says of the endpoints for Lightweight Charts."""

from __future__ import annotations

from typing import Any

from chandlery.api.lightweight import FILLS, MOST, PREFIX, USUAL
from chandlery.api.openapi.kinds import SYMBOL, number, said
from chandlery.api.operation import MAYBE, NUMBER, TEXT, TIME, WHOLE, Operation, list_of, record

_BAR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "time": TIME,
        "open": NUMBER,
        "high": NUMBER,
        "low": NUMBER,
        "close": NUMBER,
        "volume": MAYBE,
    },
    "required": ["time"],
}
LIGHTWEIGHT: dict[tuple[str, str], Operation] = {
    ("GET", f"{PREFIX}/ohlcv"): Operation(
        summary="Bars for `setData`",
        description="The newest `limit` bars with from <= time < to, ascending, each once.",
        tag="Lightweight Charts",
        parameters=(
            SYMBOL,
            said("timeframe", "The length of a bar, such as `1m`, `1h`, `1d`.", "1m"),
            number("from", "Only bars from then on, in seconds.", 1735689600, needed=False),
            number("to", "Only bars before then, in seconds.", 1735776000, needed=False),
            said(
                "limit",
                f"Bars at most; {USUAL} without it.",
                str(USUAL),
                needed=False,
                type="integer",
                minimum=1,
                maximum=MOST,
            ),
            said("fill", "`flat` adds flat bars.", "none", needed=False, enum=list(FILLS)),
            said(
                "whitespace",
                "Whether bars without trades are told by their time alone.",
                "false",
                needed=False,
                enum=["true", "false"],
            ),
        ),
        schema=list_of(_BAR),
        example=[
            {
                "time": 1735689600,
                "open": 93548.8,
                "high": 93690,
                "low": 93520.1,
                "close": 93610.9,
                "volume": 12.5,
            }
        ],
        errors=(400, 404),
        is_cached=False,
    ),
    ("GET", f"{PREFIX}/markets"): Operation(
        summary="The markets",
        description="All markets, with what the options of a series need.",
        tag="Lightweight Charts",
        schema=list_of(
            record(
                symbol=TEXT,
                name=TEXT,
                exchange=TEXT,
                description=TEXT,
                type=TEXT,
                precision=WHOLE,
                price_scale=WHOLE,
                volume_precision=WHOLE,
                session=TEXT,
                time_zone=TEXT,
            )
        ),
        example=[
            {
                "symbol": "BINANCE:BTCUSDT",
                "name": "BTCUSDT",
                "exchange": "BINANCE",
                "description": "BTC / USDT",
                "type": "crypto",
                "precision": 2,
                "price_scale": 100,
                "volume_precision": 5,
                "session": "24x7",
                "time_zone": "UTC",
            }
        ],
        errors=(),
        is_cached=False,
    ),
}
