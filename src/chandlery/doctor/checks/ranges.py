"""Probes of a series: whether /history sends what was asked for, and nothing less."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

from chandlery.core.session import DAY
from chandlery.doctor.check import Fault, Severity, probe
from chandlery.doctor.history import Bar, column, shown
from chandlery.doctor.pager import PageRequest
from chandlery.doctor.pulse import Pulse, poll
from chandlery.doctor.series import HistoryAnswer, Series

COUNT, FEW = 50, 20
FAR = 40_000
"""Bars that are looked for where a chart was told that there is nothing older."""
SETTLED_S = 60
"""What closed just now may still get a trade."""
_VALUES = ("o", "h", "l", "c", "v")


@probe(
    "history-countback",
    Severity.ERROR,
    looks_at="`countback` bars before `to` are sent, also where they begin before `from`",
    why="charts of markets that trade seldom ask again and again, and those of 3D and 2W, for "
    "which the client computes a wrong `from`, do not stay live",
    todo="begin at `from`, or at the countback-th bar before `to` if that is earlier",
)
async def countback(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    wanted = min(COUNT, len(series.known))
    if wanted < 2:
        return
    last = series.known[-1]
    told = await series.ask(PageRequest(last, last + 1, wanted))
    if len(told.times) < wanted and told.history.status != "error":
        yield Fault(f"{wanted} bars wanted, {len(told.times)} sent", told.exchange)


@probe(
    "history-from",
    Severity.ERROR,
    looks_at="all bars of [from, to) are sent, also where `countback` is smaller",
    why="the chart takes [from, to) as complete: where the declared session is narrower than the "
    "data, bars are missing for good",
    todo="begin at `from`, or at the countback-th bar before `to` if that is earlier",
)
async def from_honoured(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if len(series.known) < 4:
        return
    wanted = series.known[-FEW:]
    told = await series.ask(PageRequest(wanted[0], wanted[-1] + 1, 2))
    if (missing := _missing(wanted, told)) and told.history.status != "error":
        yield Fault(f"{len(missing)} of {len(wanted)} bars are left out", told.exchange)


@probe(
    "history-countback-zero",
    Severity.WARNING,
    looks_at="a countback of 0 or below is as none",
    why="the client sends such numbers if it is told to page by itself",
    todo="answer with [from, to) then",
)
async def countback_zero(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    wanted = series.known[-FEW:]
    for count in (0, -COUNT) if wanted else ():
        told = await series.ask(PageRequest(wanted[0], wanted[-1] + 1, count))
        if told.history.status == "error" or _missing(wanted, told):
            yield Fault(f"countback {count}: {told.history.status}", told.exchange)
            return


@probe(
    "history-cap",
    Severity.ERROR,
    looks_at="one wide request has all the bars that several narrow ones of the same range have",
    why="a limit on the bars of one answer is a hole in the chart: it is never asked for again",
    todo="send everything in [from, to)",
)
async def cap(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    wide = series.wide
    if wide is None or wide.history.status == "error":
        return
    narrow = {t for part in series.slices for t in part.times}
    low, high = wide.request.start, wide.request.end
    missing = _missing(sorted(t for t in narrow if low <= t < high), wide)
    if missing:
        told = f"{len(missing)} of {len(narrow)} bars are left out, {len(wide.times)} sent"
        yield Fault(told, wide.exchange)


@probe(
    "history-stable",
    Severity.ERROR,
    looks_at="closed bars asked for twice are the same",
    why="the chart keeps what it got first: two people see two charts of one market",
    todo="make bars of their trades in one place; a late trade may change a closed bar once",
)
async def stable(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    until = series.visit.now - SETTLED_S
    closed = [t for t in series.known[-2 * COUNT :] if series.next_open(t) <= until][-COUNT:]
    if not closed:
        return
    request = PageRequest(closed[0], closed[-1] + 1)
    first, second = await series.ask(request), await series.ask(request)
    for time, values in _rows(first).items():
        if _rows(second).get(time, values) != values:
            told = f"{shown(time)} was {values}, then {_rows(second)[time]}"
            yield Fault(told, second.exchange)
            return


@probe(
    "history-rollover",
    Severity.ERROR,
    looks_at="a poll for the last 2 bars gets 2 at the moment a new one begins",
    why="with the new bar alone the client throws, and that chart never updates again",
    todo="honour countback: send 2 bars wherever 2 exist",
)
async def rollover(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if len(series.known) < 2:
        return
    before, last = series.known[-2:]
    told = await series.ask(poll(series.resolution, last + 1))
    pulse = Pulse(Bar(before, 0.0, 0.0, 0.0, 0.0, 0.0))
    pulse.take(told.history)
    if pulse.is_dead:
        yield Fault("the new bar is sent without the one before", told.exchange)


@probe(
    "history-beginning",
    Severity.ERROR,
    looks_at="before all data the answer is no_data, without nextTime",
    why="this is how a chart learns that it has everything: else it goes on asking",
    todo='answer {"s": "no_data"} and nothing else',
)
async def beginning(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    told = await series.ask(PageRequest(0, 30 * DAY, COUNT))
    if told.history.status == "ok" and not told.times:
        yield Fault('"s" is "ok", and there are no bars', told.exchange)
    elif told.history.next_time is not None and told.history.next_time >= 0:
        yield Fault(f"nextTime is {told.history.next_time}", told.exchange)


@probe(
    "history-gap",
    Severity.ERROR,
    looks_at="inside a gap the answer has older bars, or no_data with the nextTime of the newest",
    why="no_data without nextTime says that nothing older exists: the chart ends there, and opened "
    'in a gap it says "No data here"',
    todo="honour countback, or send nextTime, in seconds: the newest bar before `from`",
)
async def gap(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    found = _gap(series)
    if found is None:
        return
    before, start, end = found
    for count in (COUNT, None):
        told = await series.ask(PageRequest(start, end, count))
        if told.history.status != "no_data":
            continue
        following = told.history.next_time
        if following is None:
            yield Fault(f"older bars exist, such as {shown(before)}", told.exchange)
            return
        if following != before:
            yield Fault(f"nextTime is {following}, the newest bar {before}", told.exchange)
            return


@probe(
    "history-end",
    Severity.ERROR,
    looks_at="nothing is older than where a chart was told that it has everything",
    why="older bars exist and cannot be reached",
    todo="send no_data without nextTime only where nothing older exists",
)
async def end(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    pager = series.pager
    if not pager.has_ended:
        return
    oldest = pager.bars[0].t if pager.bars else pager.first_end
    told = await series.ask(PageRequest(max(series.back(oldest, FAR), 0), oldest))
    older = [t for t in told.times if t < oldest]
    if older:
        yield Fault(f"{len(older)} older bars exist, from {shown(older[0])} on", told.exchange)


def _missing(wanted: list[int], told: HistoryAnswer) -> list[int]:
    sent = set(told.times)
    return [t for t in wanted if t not in sent]


def _gap(series: Series) -> tuple[int, int, int] | None:
    """Return the widest gap: the bar before it, and the range that holds none."""
    widest = None
    for before, after in pairwise(series.known):
        start = series.next_open(before)
        if not series.resolution.is_intraday:
            start = -(-start // DAY) * DAY
        if after > start and (widest is None or after - start > widest[2] - widest[1]):
            widest = before, start, after
    return widest


def _rows(told: HistoryAnswer) -> dict[int, tuple[object, ...]]:
    data = told.exchange.fields
    columns = [column(data, name) for name in _VALUES if name in data]
    rows = zip(*columns, strict=False)
    return dict(zip(told.times, rows, strict=False))


RANGE_PROBES = (
    countback,
    from_honoured,
    countback_zero,
    cap,
    stable,
    rollover,
    beginning,
    gap,
    end,
)
