"""`trades`: the trades of a market, a page at a time, however many share a microsecond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from litestar import Request, Response

from chandlery.api import cursors, parameters
from chandlery.api.answering import Content, answered, server_of
from chandlery.api.caching import is_settled
from chandlery.api.operation import NUMBER, TEXT, WHOLE, Operation, extended, list_of, record
from chandlery.api.parameters import Parameters
from chandlery.api.v1.candles import check_range
from chandlery.api.v1.reading import PREFIX, reading
from chandlery.core.columns import US, Bools
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.history import History
from chandlery.formats.numbers import texts_of
from chandlery.formats.rows import side_labels

USUAL, MOST = 500, 10_000
"""Trades of a page, if nothing is said and at most."""

SYMBOL = parameters.symbol()
START = parameters.moment("start", "Only trades from then on.")
END = parameters.moment("end", "Only trades before then.", "1735776000")
LIMIT = parameters.whole("limit", "Trades of a page.", bounds=(1, MOST), default=USUAL)
CURSOR = cursors.parameter()
ACCEPTED = Parameters(SYMBOL, START, END, LIMIT, CURSOR)

SIDES = {"buy": '"buy"', "sell": '"sell"', "": "null"}


class Place(NamedTuple):
    """Where a page begins: what came before it in (time, sequence, id) order follows."""

    time: cursors.Microseconds
    sequence: cursors.Signed
    id: cursors.Signed


@dataclass(frozen=True, slots=True)
class Question:
    """What makes two requests pages of one answer."""

    symbol: str
    start: int | None
    end: int | None


@reading(
    "trades",
    Operation(
        summary="Trades of a market",
        description="The newest `limit` trades with start <= time < end, in order of time. Where "
        "more follow, the headers `Link` and `Chandlery-Cursor` tell where: pages go back in "
        "time, and miss or repeat no trade, however many share a microsecond. `time` is in "
        "microseconds; `id` is a text, as it may have more digits than a JSON number keeps. "
        "`left_out` is there, and true, where a filter leaves the trade out of the candles.",
        tag="Data",
        parameters=ACCEPTED.listed,
        schema=list_of(
            extended(
                record(
                    time={**WHOLE, "description": "Microseconds since 1970, UTC."},
                    price=NUMBER,
                    size=NUMBER,
                    side={"type": ["string", "null"], "enum": ["buy", "sell", None]},
                    id=TEXT,
                ),
                left_out={"type": "boolean"},
            )
        ),
        example=[
            {
                "time": 1735689600123456,
                "price": 93548.8,
                "size": 0.25,
                "side": "buy",
                "id": "4312345678",
            }
        ],
        headers=cursors.HEADERS,
        errors=(400, 404, 500, 503),
    ),
)
async def trades(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return a page of trades."""
    server, query = server_of(request), request.scope["query_string"]
    given = ACCEPTED.read(query)
    question = Question(given[SYMBOL].upper(), given[START], given[END])
    check_range(question.start, question.end)
    number = server.engine.registry.number(given[SYMBOL])
    cursor = given[CURSOR]
    place = None if cursor is None else cursor.open(question, Place)
    limit, engine = given[LIMIT] or USUAL, server.engine
    body, first = await server.ask(lambda: _written(engine, number, question, place, limit))
    following = None if first is None else cursors.cursor_of(question, first)
    end = question.end if place is None else place.time // US
    # What is left out changes with the rule.
    can_settle = body != b"[]" and not engine.rulebook.of(number)
    settled = can_settle and is_settled(end, server.clock.now_us() // US)
    headers = cursors.next_headers(f"{PREFIX}/trades", query, following)
    return await answered(request, Content(body, is_settled=settled, headers=headers))


def page_before(
    history: History, market: int, end_us: int | None, place: Place | None, count: int
) -> Trades:
    """Return the last `count` trades before a moment, or before a place, in order. Blocks."""
    if place is None:
        return history.newest_trades(market, count, end_us)
    # Those of the place's own microsecond are compared one by one.
    twins = history.trades(market, place.time, place.time + 1)
    is_before = (twins.sequence < place.sequence) | (
        (twins.sequence == place.sequence) & (twins.id < place.id)
    )
    twins = twins.take(is_before)
    twins = twins.take(slice(max(0, len(twins) - count), None))
    if len(twins) == count:
        return twins
    older = history.newest_trades(market, count - len(twins), place.time)
    return Trades.concat((older, twins))


def trades_json(trades: Trades, left_out: Bools) -> bytes:
    """Return trades as a JSON list."""
    columns = (
        texts_of(trades.time),
        texts_of(trades.price),
        texts_of(trades.size),
        [SIDES[side] for side in side_labels(trades).tolist()],
        trades.id.tolist(),
    )
    template = '{{"time":{},"price":{},"size":{},"side":{},"id":"{}"}}'
    rows = [template.format(*row) for row in zip(*columns, strict=True)]
    for row in np.flatnonzero(left_out).tolist():
        rows[row] = f'{rows[row][:-1]},"left_out":true}}'
    return f"[{','.join(rows)}]".encode()


def _written(
    engine: Engine, market: int, question: Question, place: Place | None, limit: int
) -> tuple[bytes, Place | None]:
    """Return a page as JSON, and its first trade if there are older ones. Blocks."""
    end_us = None if question.end is None else question.end * US
    found = page_before(engine.history, market, end_us, place, limit + 1)
    if question.start is not None:
        found = found.take(found.time >= question.start * US)
    page = found.take(slice(max(0, len(found) - limit), None))
    body = trades_json(page, engine.filtering.left_out(page))
    if len(found) <= limit:
        return body, None
    first = Place(int(page.time[0]), int(page.sequence[0]), int(page.id[0]))
    return body, first
