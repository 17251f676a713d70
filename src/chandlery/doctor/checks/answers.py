"""Rules for answers of any kind. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.doctor.answer import Exchange, NotJson
from chandlery.doctor.check import Fault, Severity, rule

SLOW_S = 3.0
_PLAIN = ("//config", "/no-such-path/config", "/quotes", "/symbol_info", "/time")
"""Paths that may have no JSON: other checks look at them."""


@rule(
    "answered",
    Severity.ERROR,
    looks_at="every request is answered, and none with a status of 500 or more",
    why="one failed request ends a chart until it is reloaded",
    todo="try again inside the server, and answer with what there is",
)
def answered(exchange: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    if exchange.answer.problem:
        yield Fault("there is no answer", exchange)
    elif exchange.answer.status >= 500:
        yield Fault(f"the status is {exchange.answer.status}", exchange)


@rule(
    "json",
    Severity.ERROR,
    looks_at="every answer is JSON as browsers read it: no NaN, no Infinity",
    why="the client cannot read the answer, and the chart is dead",
    todo="leave out what is not known, and write null nowhere but in names",
)
def json(exchange: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    if exchange.path in (*_PLAIN, "/config") or exchange.answer.problem:
        return
    if isinstance(exchange.data, NotJson):
        yield Fault(exchange.data.reason, exchange)


@rule(
    "cors",
    Severity.WARNING,
    looks_at="answers to another origin carry Access-Control-Allow-Origin",
    why="a browser hides them from a page of another origin: the widget hangs, or stays empty",
    todo='send "Access-Control-Allow-Origin: *", or the origins of your pages',
)
def cors(exchange: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    is_ours = exchange.path in ("/config", "/history", "/symbols", "/search")
    has_answer = not exchange.answer.problem and exchange.answer.status < 500
    if is_ours and has_answer and "access-control-allow-origin" not in exchange.answer.headers:
        yield Fault("the header is missing", exchange)


@rule(
    "slow",
    Severity.NOTE,
    looks_at=f"answers come within {SLOW_S:.0f} seconds",
    why="a chart asks one question after another and shows nothing meanwhile",
    todo="keep the newest bars in memory, and find a range by an index",
)
def slow(exchange: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    if exchange.answer.seconds > SLOW_S:
        yield Fault(f"it took {exchange.answer.seconds:.1f} seconds", exchange)


ANSWER_RULES = (answered, json, slow)
"""Told of each path."""
HEADER_RULES = (cors,)
"""Told of the server as a whole."""
