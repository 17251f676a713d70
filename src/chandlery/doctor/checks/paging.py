"""Rules for a chart that was opened and scrolled back on a series. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.doctor.answer import Answer, Exchange
from chandlery.doctor.check import Fault, Severity, rule
from chandlery.doctor.history import MS_FROM, shown
from chandlery.doctor.pager import STORM
from chandlery.doctor.series import SCROLLED, Series

FEW = 3
"""Requests for a page that nobody minds."""
_NOBODY = Exchange("/history", {}, Answer(0, {}, b"", 0.0, "nothing was asked"))


@rule(
    "paging-bars",
    Severity.WARNING,
    looks_at="a chart that is opened shows bars",
    why='an empty chart says "No data here"',
    todo="look at the symbol's session, time zone and resolutions, and at whether it has data",
)
def paging_bars(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    if not series.pager.bars and not series.pager.error:
        yield Fault("the chart stays empty", _last(series))


@rule(
    "paging-storm",
    Severity.ERROR,
    looks_at=f"a page of bars takes at most {STORM} requests, and better {FEW}",
    why="the chart asks hundreds of times for one screen; many charts bring the server down",
    todo="honour countback: send that many bars before `to`, however far back they begin",
)
def paging_storm(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    worst = series.pager.worst
    if worst > FEW:
        severity = None if series.pager.is_storm else Severity.WARNING
        yield Fault(f"one page took {worst} requests", _last(series), severity)


@rule(
    "paging-holes",
    Severity.ERROR,
    looks_at="a chart scrolled back has every bar that the server has",
    why="the chart takes what it asked for as complete: what was left out is never asked for again",
    todo="send all bars of [from, to), and never cut them below that",
)
def paging_holes(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    missing = [t for t in series.pager.missing(series.known) if t < MS_FROM]
    if missing:
        told = f"{len(missing)} bars are missing, such as {shown(missing[0])}"
        yield Fault(told, _last(series))


@rule(
    "paging-doubles",
    Severity.WARNING,
    looks_at="no bar comes twice while a chart is scrolled back",
    why="more than one bar that the client has already makes it throw its cache away",
    todo="send bars before `to` only",
)
def paging_doubles(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    pager = series.pager
    if pager.doubles:
        severity = Severity.ERROR if pager.dropped else None
        yield Fault(f"{pager.doubles} bars came twice", _last(series), severity)


@rule(
    "paging-end",
    Severity.ERROR,
    looks_at="scrolling comes to an end where the data does",
    why="the chart goes on asking for what is older than everything",
    todo='answer {"s": "no_data"} without nextTime where nothing older exists',
)
def paging_end(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    pager = series.pager
    if pager.error or pager.has_ended or len(pager.bars) >= SCROLLED:
        return
    yield Fault(f"no end after {pager.requests} requests", _last(series))


def _last(series: Series) -> Exchange:
    return series.paged or _NOBODY


PAGING_RULES = (paging_bars, paging_storm, paging_holes, paging_doubles, paging_end)
