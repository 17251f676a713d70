"""Rules for every answer of /history. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chandlery.doctor.check import Fault, Severity, rule
from chandlery.doctor.history import MS_FROM, column, is_number, number_of, shown
from chandlery.doctor.oracle import expected, misplaced, opened
from chandlery.doctor.series import HistoryAnswer

_COLUMNS = ("t", "o", "h", "l", "c", "v")
AHEAD_S = 5
"""How far ahead of ours a server's clock may be."""


@rule(
    "history-status",
    Severity.ERROR,
    looks_at="s is ok or no_data for a symbol and resolution that the server says it has",
    why="one error ends the chart: it is kept, and given to every later chart of the symbol",
    todo="answer with the bars there are; try again inside the server",
)
def history_status(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    if answer.history.status == "error" and not answer.exchange.answer.problem:
        yield Fault(answer.history.message, answer.exchange)


@rule(
    "history-columns",
    Severity.ERROR,
    looks_at="t and c are there, and all of t, o, h, l, c, v have one length",
    why="bars are put together by position: a column that is too short makes bars without prices",
    todo="send arrays of one length",
)
def history_columns(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    if answer.history.status != "ok":
        return
    data = answer.exchange.fields
    missing = [name for name in "tc" if not isinstance(data.get(name), list)]
    lengths = {name: len(column(data, name)) for name in _COLUMNS if name in data}
    if missing:
        yield Fault(f"no array: {', '.join(missing)}", answer.exchange)
    elif len(set(lengths.values())) > 1:
        yield Fault(f"the lengths differ: {lengths}", answer.exchange)


@rule(
    "history-numbers",
    Severity.ERROR,
    looks_at="times, prices and volumes are numbers",
    why="null becomes NaN: the bar is not drawn, and what is computed from it is lost",
    todo="leave the bar out, or the column v where volumes are not known",
)
def history_numbers(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    data = answer.exchange.fields
    for name in _COLUMNS:
        odd = [value for value in column(data, name) if not is_number(value)]
        if not odd:
            continue
        is_text = all(isinstance(value, str) for value in odd)
        severity = Severity.WARNING if is_text and name != "t" else None
        yield Fault(f"{name} holds {odd[0]!r} ({len(odd)} times)", answer.exchange, severity)


@rule(
    "history-seconds",
    Severity.ERROR,
    looks_at="times are in seconds",
    why="the chart multiplies them by 1000: bars lie thousands of years ahead",
    todo="divide t by 1000",
)
def history_seconds(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    if any(t >= MS_FROM for t in answer.times):
        yield Fault(f"{max(answer.times)} looks like milliseconds", answer.exchange)


@rule(
    "history-ascending",
    Severity.ERROR,
    looks_at="times ascend, and none comes twice",
    why="bars out of order are drawn wrong and break the paging, without a message",
    todo="sort by time, one bar a time",
)
def history_ascending(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    for before, after in pairwise(answer.times):
        if after <= before:
            yield Fault(f"{before} is followed by {after}", answer.exchange)
            return


@rule(
    "history-sane",
    Severity.ERROR,
    looks_at="low <= open, close <= high, and no volume is below 0",
    why="candles are drawn outside of their own wicks",
    todo="make each bar from its trades again",
)
def history_sane(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    for bar in answer.history.bars:
        if bar.l > min(bar.o, bar.c) or bar.h < max(bar.o, bar.c) or bar.v < 0:
            yield Fault(f"the bar {bar.t} is {tuple(bar[1:])}", answer.exchange)
            return


@rule(
    "history-to",
    Severity.ERROR,
    looks_at="no bar lies at `to` or after it",
    why="a bar at `to` comes twice, and a server that ignores `to` is asked for ever",
    todo="select from <= t < to",
)
def history_to(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    end = answer.request.end
    after = [t for t in answer.times if t >= end and t < MS_FROM]
    if after:
        found = f"to is {end}, but {after[-1]} is among the bars"
        yield Fault(found, answer.exchange, Severity.WARNING if after == [end] else None)


@rule(
    "history-future",
    Severity.ERROR,
    looks_at="no bar begins in the future",
    why="every real tick is then older than the last bar, and refused: the chart stands still",
    todo="do not make bars ahead of time; look at the clock and at time zones",
)
def history_future(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    times = [t for t in answer.times if t < MS_FROM]
    if not times:
        return
    begin = int(opened(answer.calendar, answer.resolution, [max(times)])[0])
    # A day may be named by a date whose midnight, UTC, is yet to come.
    if begin > answer.now + AHEAD_S:
        told = f"the bar {max(times)} begins {begin - answer.now} seconds ahead"
        yield Fault(told, answer.exchange)


@rule(
    "history-alignment",
    Severity.ERROR,
    looks_at="bars begin where the client expects bars of their resolution, session and time zone",
    why="the client moves bars of days, weeks and months to its own grid: they are drawn on wrong "
    "days, or two become one. Live bars of the client's grid do not meet intraday ones",
    todo="restart n-minute bars with the session and n-day bars on 1 January, begin weeks on "
    "Monday, n-week bars on the year's first Monday, n-month bars in January; "
    "name days, weeks and months by 00:00Z",
)
def history_alignment(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    if answer.resolution.is_intraday and answer.listing.info.get("corrections"):
        return
    times = [t for t in answer.times if 0 <= t < MS_FROM]
    wrong = misplaced(answer.calendar, answer.resolution, times)
    if wrong:
        right = shown(expected(answer.calendar, answer.resolution, wrong[-1]))
        told = f"{len(wrong)} of {len(times)} bars, such as {shown(wrong[-1])} for {right}"
        yield Fault(told, answer.exchange)


@rule(
    "empty-ok",
    Severity.ERROR,
    looks_at='an answer without bars has "s": "no_data"',
    why='after "ok" without bars the chart asks on, window by window, up to 50 times in a row',
    todo='answer {"s": "no_data"} where nothing older exists, and older bars where they do',
)
def empty_ok(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    if answer.history.status == "ok" and not answer.history.bars:
        yield Fault('"s" is "ok", and there are no bars', answer.exchange)


@rule(
    "no-data-bars",
    Severity.ERROR,
    looks_at='no bars come with "s": "no_data"',
    why="the client throws them away",
    todo='send them with "s": "ok"',
)
def no_data_bars(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    if answer.history.status == "no_data" and column(answer.exchange.fields, "t"):
        yield Fault("bars that nobody will see", answer.exchange)


@rule(
    "next-time",
    Severity.ERROR,
    looks_at="nextTime is a time in seconds, before `from`",
    why="milliseconds are multiplied by 1000 again and lead nowhere: the chart asks window by "
    "window; a time that is not before `from` makes it ask for ever",
    todo="send the time of the newest bar before `from`, in seconds, or honour countback",
)
def next_time(answer: HistoryAnswer) -> Iterator[Fault]:
    """See `looks_at`."""
    told = answer.exchange.fields.get("nextTime")
    if answer.history.status != "no_data" or told is None:
        return
    if not is_number(told):
        yield Fault(f"nextTime is {told!r}", answer.exchange)
    elif number_of(told) >= MS_FROM:
        yield Fault(f"nextTime {told} is in milliseconds", answer.exchange)
    elif number_of(told) >= answer.request.start:
        found = f"nextTime {told} is not before from, {answer.request.start}"
        yield Fault(found, answer.exchange)


HISTORY_RULES = (
    history_status,
    history_columns,
    history_numbers,
    history_seconds,
    history_ascending,
    history_sane,
    history_to,
    history_future,
    history_alignment,
    empty_ok,
    no_data_bars,
    next_time,
)
