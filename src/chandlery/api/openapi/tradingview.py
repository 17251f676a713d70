"""What the document says of TradingView's protocol (UDF)."""

from __future__ import annotations

from typing import Any

from chandlery.api.openapi.kinds import SYMBOL, number, said
from chandlery.api.operation import TEXT, WHOLE, Body, Operation, list_of
from chandlery.api.parameters import Parameter
from chandlery.api.udf.marks import COLORS, PLACES
from chandlery.api.udf.paths import PREFIXES

PREFIX = PREFIXES[0]
FORM = "application/x-www-form-urlencoded"

_RESOLUTION = said("resolution", "The length of a bar: `1S`, `1`, `60`, `1D`, `1W`, `1M`.", "60")
_FROM = number("from", "Bars from then on, in seconds.", 1735689600)
_TO = number("to", "Bars before then, in seconds.", 1735776000)
_OBJECT: dict[str, Any] = {"type": "object"}
_MARKS = list_of({"type": "object", "required": ["id", "time"]})
_OK = {"s": "ok"}


def _operation(
    summary: str, description: str, example: Any, *parameters: Parameter[Any], **more: Any
) -> Operation:
    """Return an operation: refusals are bodies with status 200, so there is one schema less."""
    known: dict[str, Any] = {"schema": _OBJECT, "tag": "TradingView", "errors": ()}
    return Operation(
        summary=summary,
        description=description,
        example=example,
        parameters=parameters,
        is_cached=False,
        **(known | more),
    )


_OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "config"): _operation(
        "What this datafeed can do",
        "What a chart asks first.",
        {"supports_search": True, "supports_time": True, "supported_resolutions": ["1", "60"]},
    ),
    ("GET", "time"): _operation(
        "The server's time",
        "Seconds since 1970, as a bare number in plain text.",
        1735689600,
        schema=WHOLE,
        media_type="text/plain",
    ),
    ("GET", "symbols"): _operation(
        "What a chart must know of a market",
        "An unknown symbol is answered with `unknown_symbol`.",
        {"name": "BTCUSDT", "ticker": "BINANCE:BTCUSDT", "pricescale": 100},
        SYMBOL,
    ),
    ("GET", "symbol_info"): _operation(
        "The markets of a group",
        "A group is an exchange. All markets without one.",
        {"symbol": ["BTCUSDT"], "ticker": ["BINANCE:BTCUSDT"], "pricescale": [100]},
        said("group", "An exchange.", "BINANCE", needed=False),
    ),
    ("GET", "search"): _operation(
        "Search the markets",
        "Best matches first, as a list; an object with `s` and `errmsg` where that fails.",
        [{"symbol": "BTCUSDT", "ticker": "BINANCE:BTCUSDT", "type": "crypto"}],
        said("query", "What to search for.", "btc", needed=False),
        said("type", "Only markets of this type.", "crypto", needed=False),
        said("exchange", "Only markets of this exchange.", "BINANCE", needed=False),
        number("limit", "Markets at most.", 30, needed=False),
        schema={"oneOf": [list_of(_OBJECT), _OBJECT]},
    ),
    ("GET", "history"): _operation(
        "The bars of a chart",
        "All bars with from <= t < to, and at least `countback` before `to`.",
        {"s": "ok", "t": [1735689600], "o": [1], "h": [3], "l": [1], "c": [2], "v": [10]},
        SYMBOL,
        _RESOLUTION,
        _FROM,
        _TO,
        number("countback", "Bars at least.", 329, needed=False),
        schema={"type": "object", "required": ["s"], "properties": {"s": TEXT}},
    ),
    ("GET", "marks"): _operation(
        "Marks at bars",
        "What users marked, in [from, to).",
        [{"id": 1, "time": 1735689600, "color": "red", "text": "sold", "label": "S"}],
        SYMBOL,
        _RESOLUTION,
        _FROM,
        _TO,
        schema={"oneOf": [_MARKS, _OBJECT]},
    ),
    ("POST", "marks"): _operation(
        "Save a mark",
        "It belongs to whoever signed in.",
        {"s": "ok", "id": 1735689600000},
        body=Body(
            media_type=FORM,
            schema={
                "type": "object",
                "properties": {
                    "symbol": TEXT,
                    "time": WHOLE,
                    "text": TEXT,
                    "label": TEXT,
                    "color": {"type": "string", "description": f"{', '.join(COLORS)}, or #2962ff"},
                    "place": {"type": "string", "enum": list(PLACES)},
                },
                "required": ["symbol", "time"],
            },
            example={"symbol": "BINANCE:BTCUSDT", "time": 1735689600, "text": "sold"},
        ),
    ),
    ("DELETE", "marks"): _operation(
        "Let go of a mark",
        "By its id.",
        _OK,
        SYMBOL,
        said("id", "The mark's id.", "1735689600000"),
    ),
    ("GET", "timescale_marks"): _operation(
        "Marks at the time scale",
        "What users marked, and one where a stretch ends that was not collected.",
        [{"id": "gap-1735689600", "time": 1735689600, "color": "red", "label": "!"}],
        SYMBOL,
        _RESOLUTION,
        _FROM,
        _TO,
        schema={"oneOf": [_MARKS, _OBJECT]},
    ),
    ("GET", "quotes"): _operation(
        "The last 24 hours of markets",
        "A quote for each symbol, in their order.",
        {"s": "ok", "d": [{"s": "ok", "n": "BINANCE:BTCUSDT", "v": {"lp": 93610.9}}]},
        said("symbols", "Markets with commas between.", "BINANCE:BTCUSDT", maxLength=8_192),
    ),
}
TRADINGVIEW = {
    (method, f"{PREFIX}/{name}"): operation for (method, name), operation in _OPERATIONS.items()
}
