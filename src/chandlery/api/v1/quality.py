"""`quality`: how good the data of a market is, or of all of them, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Request, Response

from chandlery.api import cursors, parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import MAYBE, NUMBER, TEXT, TIME, WHOLE, Operation, list_of, record
from chandlery.api.parameters import Given, Parameters
from chandlery.api.v1.reading import PREFIX, reading
from chandlery.core.columns import US
from chandlery.engine.quality import quality as quality_of
from chandlery.engine.quality import row_of
from chandlery.engine.server import Server

USUAL, MOST = 20, 50
"""Markets of a page, if nothing is said and at most."""
QUESTION = "quality of all markets"

SYMBOL = replace(
    parameters.symbol(),
    help="The market, such as `BINANCE:BTCUSDT`, in any case; without it, all of them.",
    is_required=False,
)
LIMIT = parameters.whole("limit", "Markets of a page.", bounds=(1, MOST), default=USUAL)
CURSOR = cursors.parameter()
ACCEPTED = Parameters(SYMBOL, LIMIT, CURSOR)

MAYBE_TIME = {**TIME, "type": ["integer", "null"]}
RATE = record(recent=MAYBE, usual=MAYBE, ratio=MAYBE)
SHAPE = record(
    symbol=TEXT,
    last=MAYBE_TIME,
    age_s={"type": ["integer", "null"]},
    stale={"type": ["boolean", "null"]},
    trades_per_minute=RATE,
    bars_per_minute=RATE,
    gaps=record(count=WHOLE, seconds=WHOLE, newest=list_of(record(start=TIME, end=TIME))),
    jumps=record(
        count=WHOLE,
        largest=list_of(record(t=TIME, price=NUMBER, median=NUMBER, deviation=NUMBER)),
    ),
    given=record(bars=WHOLE, different=WHOLE, newest=list_of(record(t=TIME, how=TEXT))),
    refused={"type": "object", "additionalProperties": WHOLE},
    left_out=record(trades=WHOLE, of=WHOLE, as_they_came=WHOLE),
)
EXAMPLE = {
    "symbol": "BINANCE:BTCUSDT",
    "last": 1735689658,
    "age_s": 2,
    "stale": False,
    "trades_per_minute": {"recent": 431.5, "usual": 400, "ratio": 1.07875},
    "bars_per_minute": {"recent": 1, "usual": 1, "ratio": 1},
    "gaps": {
        "count": 1,
        "seconds": 3600,
        "newest": [{"start": 1735600000, "end": 1735603600}],
    },
    "jumps": {
        "count": 1,
        "largest": [
            {"t": 1735650000, "price": 99000, "median": 93600, "deviation": 0.0576923076923}
        ],
    },
    "given": {
        "bars": 60,
        "different": 1,
        "newest": [{"t": 1735689540, "how": "n is 430, expected 431"}],
    },
    "refused": {"time is in the future": 3},
    "left_out": {"trades": 2, "of": 50000, "as_they_came": 2},
}


@reading(
    "quality",
    Operation(
        summary="How good the data of markets is",
        description="What came in the last hour against what is usual, how old the newest of it "
        "is, what was not collected, prices far from their neighbours in the last day, and bars "
        "as given by a source against those made from its trades; what was refused, and what a "
        "filter leaves out. `null` is: not known.",
        tag="Data",
        parameters=ACCEPTED.listed,
        schema=list_of(SHAPE),
        example=[EXAMPLE],
        headers=cursors.HEADERS,
        errors=(400, 404, 500, 503),
    ),
)
async def quality(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the quality of one market, or of a page of them."""
    server, query = server_of(request), request.scope["query_string"]
    given = ACCEPTED.read(query)
    numbers, following = _wanted(server, given)
    now = server.clock.now_us() // US
    engine = server.engine
    rows = [
        row_of(
            engine.registry.market(number).symbol,
            await server.ask(lambda number=number: quality_of(engine, number, now)),  # type: ignore[misc]
        )
        for number in numbers
    ]
    cursor = None if following is None else cursors.cursor_of(QUESTION, following)
    headers = cursors.next_headers(f"{PREFIX}/quality", query, cursor)
    return await answered(request, Content(Content.of(rows).body, headers=headers))


def _wanted(server: Server, given: Given) -> tuple[range, int | None]:
    """Return the numbers of the markets of a page, and the first of the next one."""
    registry = server.engine.registry
    if given[SYMBOL] is not None:
        number = registry.number(given[SYMBOL])
        return range(number, number + 1), None
    cursor = given[CURSOR]
    first = 0 if cursor is None else cursor.open(QUESTION, cursors.Row)
    end = min(first + (given[LIMIT] or USUAL), len(registry))
    return range(first, end), end if end < len(registry) else None
