"""Probes of the server as a whole: paths, time, errors."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chandlery.doctor.answer import Exchange, NotJson
from chandlery.doctor.check import Fault, Severity, probe
from chandlery.doctor.history import MS_FROM, is_number, number_of
from chandlery.doctor.visit import Visit

SKEW_S = 5
UNKNOWN = "CHANDLERY:NO-SUCH-SYMBOL"


@probe(
    "double-slash",
    Severity.WARNING,
    looks_at="//config answers as /config does",
    why="a base address with a slash at its end makes the client ask for //config",
    todo="treat repeated slashes as one, or redirect",
)
async def double_slash(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if visit.config and (asked := await visit.get("//config")).data != visit.config:
        yield Fault("//config is not what /config is", asked)


@probe(
    "unmatched-path",
    Severity.WARNING,
    looks_at="a path that does not exist has no JSON object as its answer",
    why="with a wrong base address the client takes a JSON 404 for the configuration, and hangs "
    "for ever without a message",
    todo="answer unknown paths below the base address with plain text",
)
async def unmatched_path(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    asked = await visit.get("/no-such-path/config")
    if isinstance(asked.data, dict) and not asked.fields.get("supports_search"):
        yield Fault("an unknown path is answered with a JSON object", asked)


@probe(
    "time-number",
    Severity.ERROR,
    looks_at="/time answers with a bare number of seconds",
    why="of anything else the client makes no time: the countdown and the first request are wrong",
    todo="answer with the seconds since 1970 and nothing else: 1445324591",
)
async def time_number(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config.get("supports_time"):
        return
    asked = await visit.once("/time")
    if not is_number(asked.data):
        yield Fault("the answer is no bare number", asked)
    elif number_of(asked.data) >= MS_FROM:
        yield Fault("the time is in milliseconds", asked)


@probe(
    "time-skew",
    Severity.WARNING,
    looks_at=f"/time is within {SKEW_S} seconds of this machine's time",
    why="the chart's newest bars are asked for by this time: they are missing if it is behind",
    todo="set the server's clock by NTP, or this machine's",
)
async def time_skew(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config.get("supports_time"):
        return
    if abs(visit.ahead) > SKEW_S:
        asked = await visit.once("/time")
        yield Fault(f"the server's time is {visit.ahead:+,} seconds off ours", asked)


@probe(
    "unknown-symbol",
    Severity.ERROR,
    looks_at='/symbols of an unknown symbol answers {"s": "error", "errmsg": "unknown_symbol"}',
    why="the client takes any other JSON for a symbol and draws a broken chart of it",
    todo='answer {"s": "error", "errmsg": "unknown_symbol"}',
)
async def unknown_symbol(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config or visit.config.get("supports_group_request"):
        return
    asked = await visit.get("/symbols", symbol=UNKNOWN)
    if not _is_told(asked):
        yield Fault('an unknown symbol is not answered with "s": "error"', asked)


@probe(
    "unknown-history",
    Severity.ERROR,
    looks_at='/history of an unknown symbol answers with "s": "error" and a text in errmsg',
    why="any other answer is an unknown error, or a chart that says that there is no data",
    todo='answer {"s": "error", "errmsg": "unknown_symbol"}',
)
async def unknown_history(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config:
        return
    window = {"from_": str(visit.now - 86_400), "to": str(visit.now), "countback": "10"}
    asked = await visit.get("/history", symbol=UNKNOWN, resolution="1D", **window)
    if not _is_told(asked):
        yield Fault('an unknown symbol is not answered with "s": "error"', asked)


@probe(
    "symbol-info",
    Severity.ERROR,
    looks_at="/symbol_info of a group answers with a table that has the column symbol",
    why="one group answered by JSON without it makes the client forget all symbols",
    todo='answer groups that you do not have with {"symbol": []}',
)
async def symbol_info(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config.get("supports_group_request"):
        return
    for group in ("NYSE", "FOREX", "AMEX"):
        asked = await visit.get("/symbol_info", group=group)
        if isinstance(asked.data, NotJson):
            continue
        if not isinstance(asked.fields.get("symbol"), list):
            yield Fault(f"the group {group} has no column symbol", asked)


def _is_told(asked: Exchange) -> bool:
    return asked.fields.get("s") == "error" and isinstance(asked.fields.get("errmsg"), str)


SERVICE_PROBES = (
    double_slash,
    unmatched_path,
    time_number,
    time_skew,
    unknown_symbol,
    unknown_history,
    symbol_info,
)
