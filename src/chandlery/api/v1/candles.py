"""`candles`: the bars of a market, in five forms, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from litestar import Request, Response

from chandlery.api import cursors, parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.caching import is_settled
from chandlery.api.operation import MAYBE, NUMBER, TIME, WHOLE, Operation, list_of, record
from chandlery.api.pages import MANY_BARS
from chandlery.api.parameters import Given, ParameterError, Parameters
from chandlery.api.v1.bars import Asked, Found, flat, plain
from chandlery.api.v1.forms import FORMS, file_headers
from chandlery.api.v1.reading import PREFIX, reading
from chandlery.core.adaptive import adapted
from chandlery.core.columns import US
from chandlery.core.errors import QueryBudgetError
from chandlery.core.resolution import Resolution
from chandlery.engine.gaps import partial
from chandlery.engine.live import MOST_BARS
from chandlery.engine.live.page import ReadPage
from chandlery.engine.server import Server

USUAL = 500
"""Bars of a page where neither a limit nor a start is given."""

SYMBOL, INTERVAL = parameters.symbol(), parameters.interval()
START = parameters.moment("start", "Only bars from then on.")
END = parameters.moment("end", "Only bars before then.", "1735776000")
LIMIT = parameters.whole(
    "limit",
    f"Bars of a page; without it {USUAL}, or with `start` as many as there are, at most "
    f"{MOST_BARS}.",
    bounds=(1, MOST_BARS),
)
FILL = parameters.choice(
    "fill",
    "`flat` adds a flat bar at the close before, where nothing was traded: not before the "
    "market's first bar, not in the future, and not where trades were not collected.",
    ("none", "flat"),
)
ADAPTIVE = parameters.choice(
    "adaptive",
    "`1` takes coarser bars for long ranges: at least 15m beyond 30 days, 1h beyond 90, 1d beyond "
    "365. It needs `start`.",
    ("0", "1"),
)
FORMAT = parameters.choice(
    "format",
    "How the bars are written. `columns` is JSON of one list a column. `arrow` and `parquet` "
    "need the extra `chandlery[arrow]` on the server.",
    tuple(FORMS),
)
PARTIAL = parameters.choice(
    "partial",
    "`1` adds `partial: true` to bars of whose time a part was not collected, or is not yet. With "
    "`format=json` only.",
    ("0", "1"),
)
CURSOR = cursors.parameter()
ACCEPTED = Parameters(SYMBOL, INTERVAL, START, END, LIMIT, FILL, ADAPTIVE, FORMAT, PARTIAL, CURSOR)

CANDLE = record(
    t=TIME,
    o=NUMBER,
    h=NUMBER,
    l=NUMBER,
    c=NUMBER,
    v={"type": "number", "description": "Volume in base units."},
    q={**MAYBE, "description": "Volume in quote units; null where it is not known."},
    n={**WHOLE, "description": "Trades; 0 where a source gave the bar without."},
    bv={**MAYBE, "description": "Volume of taker buys; null where it is not known."},
)
EXAMPLE = {
    "t": 1735689600,
    "o": 93548.8,
    "h": 93690,
    "l": 93520.1,
    "c": 93610.9,
    "v": 12.5,
    "q": 1170011.25,
    "n": 431,
    "bv": 7.25,
}
HEADERS = {"Chandlery-Interval": "The interval of the bars, such as `1h`.", **cursors.HEADERS}

OPERATION = Operation(
    summary="Bars of a market",
    description="The newest `limit` bars with start <= t < end, in order of time. Where more "
    "follow, the headers `Link` and `Chandlery-Cursor` tell where: pages go back in time. The "
    "header `Chandlery-Interval` says which interval the bars have.",
    tag="Data",
    parameters=ACCEPTED.listed,
    # Two forms are JSON: a list of bars, and an object of columns.
    schema={
        "oneOf": [
            list_of(CANDLE),
            record(**{name: list_of(MAYBE) for name in EXAMPLE}),
        ]
    },
    example=[EXAMPLE],
    other_media_types=tuple(form.media_type for form in FORMS.values() if form.ending != "json"),
    headers=HEADERS,
    errors=(400, 404, 500, 501, 503),
)


COARSER_TRIES = 2
"""How often coarser bars are tried when a read takes too long: whoever asks waits for each."""


@dataclass(frozen=True, slots=True)
class Question:
    """What makes two requests pages of one answer."""

    symbol: str
    interval: str
    start: int | None
    end: int | None
    fill: str
    adaptive: str


@reading("candles", OPERATION)
async def candles(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return a page of bars."""
    server, query = server_of(request), request.scope["query_string"]
    given = ACCEPTED.read(query)
    check_range(given[START], given[END])
    if given[PARTIAL] == "1" and given[FORMAT] != "json":
        message = f"format=json expected with partial=1, found {given[FORMAT]}"
        raise ParameterError(message, hint="ask /api/v1/gaps beside other formats")
    question = _question(given)
    now = server.clock.now_us() // US
    asked = _asked(server, given, question, now)
    asked, found = await _found(server, given, asked)
    about = {"symbol": given[SYMBOL], "interval": str(asked.resolution)}
    form = FORMS[given[FORMAT]]
    following = None
    if found.before is not None:
        following = cursors.cursor_of(question, (found.before, about["interval"]))
    body = await _written(server, found, given[FORMAT], about)
    if given[PARTIAL] == "1":
        body = await server.ask(lambda: _marked(server, asked, found, body, now))
    content = Content(
        body,
        form.media_type,
        len(found.page) > 0 and found.page.is_final and is_settled(asked.end, now),
        {
            "Chandlery-Interval": about["interval"],
            **file_headers(form, about),
            **cursors.next_headers(f"{PREFIX}/candles", query, following),
        },
    )
    return await answered(request, content)


async def _found(server: Server, given: Given, asked: Asked) -> tuple[Asked, Found]:
    """Return the bars; where their length is left to us, coarser ones if they take too long."""
    read = flat if given[FILL] == "flat" else plain
    for _ in range(COARSER_TRIES):
        try:
            return asked, await read(server, asked)
        except QueryBudgetError:
            coarser = server.engine.dirt.coarser(asked.resolution)
            if given[ADAPTIVE] != "1" or coarser is None:
                raise
            asked = replace(asked, resolution=coarser)
    return asked, await read(server, asked)


def _question(given: Given) -> Question:
    symbol, interval = given[SYMBOL].upper(), str(given[INTERVAL])
    return Question(symbol, interval, given[START], given[END], given[FILL], given[ADAPTIVE])


def _asked(server: Server, given: Given, question: Question, now: int) -> Asked:
    number = server.engine.registry.number(given[SYMBOL])
    start, end, resolution = given[START], given[END], given[INTERVAL]
    cursor = given[CURSOR]
    if cursor is not None:
        end, interval = cursor.open(question, tuple[cursors.Seconds, str])
        resolution = Resolution.parse(interval)
    elif given[ADAPTIVE] == "1":
        if start is None:
            message = "start expected with adaptive=1, found none"
            raise ParameterError(message, hint="add start: it tells how long the range is")
        resolution = adapted(resolution, min(end if end is not None else now, now) - start)
    usual = USUAL if start is None else MOST_BARS
    return Asked(number, resolution, start, end, given[LIMIT] or usual)


def check_range(start: int | None, end: int | None) -> None:
    """Refuse a range that ends before it begins."""
    if start is not None and end is not None and start > end:
        message = f"start before end expected, found {start} and {end}"
        raise ParameterError(message, hint="swap them")


async def _written(server: Server, found: Found, form: str, about: dict[str, str]) -> bytes:
    """Return the bars as text or a file."""
    page, write = found.page, FORMS[form].write
    # The text of what is in memory belongs to the event loop, and is ready.
    is_here = len(page) <= MANY_BARS or (form == "json" and not isinstance(page, ReadPage))
    return write(page, about) if is_here else await server.ask(lambda: write(page, about))


def _marked(server: Server, asked: Asked, found: Found, body: bytes, now: int) -> bytes:
    """Return rows of JSON in which bars say that they are partial; the rest of the text stays."""
    t = found.page.candles.t
    where = np.flatnonzero(partial(server.engine, asked.market, asked.resolution, t, now))
    if not len(where):
        return body
    rows = body[1:-1].split(b"},")
    for row in where:
        rows[row] = rows[row].removesuffix(b"}") + b',"partial":true'
    if rows[-1].endswith(b"true"):
        rows[-1] += b"}"
    return b"[%b]" % b"},".join(rows)
