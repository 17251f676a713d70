"""How good the data of a market is: what usually comes, what came, what is missing or odd.

From bars that are ready and a few minutes of trades: what is read is bounded whatever the market
holds. Calls block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from chandlery.core.candles import Candles, differences, fold, significant_one
from chandlery.core.columns import US, Int64s
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.gaps import gaps
from chandlery.engine.registry import Registry
from chandlery.stores import Ranges

MINUTE, HOUR = Resolution.parse("1m"), Resolution.parse("1h")
RECENT_MINUTES = 60
USUAL_HOURS = 168
"""What is usual is the median hour of a week: one wild day does not change it."""
DAY_MINUTES = 1_440
NEIGHBOURS = 31
"""Bars whose median a bar is held against, itself in the middle."""
JUMP_TIMES, JUMP_LEAST = 10.0, 0.005
"""A jump is ten times as far from the median as is usual here, and at least half a percent."""
STALE_TIMES, STALE_LEAST_S = 10.0, 300
"""Stale is ten times as long without a trade as usually lies between two, at least this."""
GIVEN_MINUTES, MOST_TRADES = 60, 50_000
"""Minutes whose given bars are held against their trades, and how many trades are read for it."""
MOST_NAMED = 10
WEEK_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Rate:
    """How much came in a minute: in the last hour, and usually. None: not known."""

    recent: float | None = None
    usual: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """What was not collected: how often, for how long, and the newest of it."""

    count: int = 0
    seconds: int = 0
    newest: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Jump:
    """A bar far from its neighbours: `deviation` is a part of their median."""

    t: int
    price: float
    median: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Bars as the source gave them against those made from its trades."""

    bars: int = 0
    different: int = 0
    examples: tuple[tuple[int, str], ...] = ()
    """The newest that differ: their time, and how."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many trades a filter leaves out of the newest, and did as they came."""

    trades: int = 0
    of: int = 0
    as_they_came: int = 0


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a market's data."""

    market: int
    last: int | None = None
    """The second of the newest data."""
    age_s: int | None = None
    is_stale: bool | None = None
    """None: too little is known of the market to say."""
    trades: Rate = field(default_factory=Rate)
    bars: Rate = field(default_factory=Rate)
    gaps: Missing = field(default_factory=Missing)
    jumps: int = 0
    largest_jumps: tuple[Jump, ...] = ()
    given: Compared = field(default_factory=Compared)
    refused: Mapping[str, int] = field(default_factory=dict)
    """How much was refused since the process began, by reason."""
    left_out: LeftOut = field(default_factory=lambda: LeftOut())


def quality(engine: Engine, market: int, now: int) -> Quality:
    """Return the quality of a market's data at a moment in seconds."""
    missing = _missing(engine, market, now)
    refused = engine.recorder.tally.refused_of(market)
    first, end = engine.registry.reach(market)
    if first >= end:
        return Quality(market, gaps=missing, refused=refused)
    clock = _Open(engine.registry, market, first, now)
    day = _closed(engine, clock, MINUTE, DAY_MINUTES)
    trades, bars = _rates(clock, day, _closed(engine, clock, HOUR, USUAL_HOURS))
    jumps = sorted(jumps_in(day), key=lambda jump: -abs(jump.deviation))
    last = min(end - 1, now)
    return Quality(
        market,
        last=last,
        age_s=now - last,
        is_stale=_is_stale(clock, last, trades.usual),
        trades=trades,
        bars=bars,
        gaps=missing,
        jumps=len(jumps),
        largest_jumps=tuple(jumps[:MOST_NAMED]),
        given=_compared(engine, market, day),
        refused=refused,
        left_out=_left_out(engine, market, now),
    )


def jumps_in(bars: Candles) -> list[Jump]:
    """Return the bars that reach far from the median of their neighbours' closes, in order."""
    if len(bars) < NEIGHBOURS:
        return []
    half = NEIGHBOURS // 2
    median = np.median(
        np.lib.stride_tricks.sliding_window_view(np.pad(bars.c, half, mode="reflect"), NEIGHBOURS),
        axis=1,
    )
    up, down = bars.h / median - 1, bars.l / median - 1
    deviation = np.where(np.abs(up) >= np.abs(down), up, down)
    limit = max(JUMP_TIMES * float(np.median(np.abs(deviation))), JUMP_LEAST)
    return [
        Jump(
            int(bars.t[row]),
            float((bars.h if deviation[row] > 0 else bars.l)[row]),
            float(median[row]),
            significant_one(float(deviation[row])),
        )
        for row in np.flatnonzero(np.abs(deviation) > limit).tolist()
    ]


@dataclass(frozen=True, slots=True)
class _Open:
    """When a market was open, from its first data until now."""

    registry: Registry
    market: int
    first: int
    now: int

    def end(self, resolution: Resolution) -> int:
        """Return where the last closed bar ends."""
        return self.now - self.now % resolution.seconds

    def bars(self, resolution: Resolution, since: int) -> Int64s:
        """Return the times of the closed bars there could be from a moment on."""
        start = max(since, self.first - self.first % resolution.seconds)
        grid, end = self.registry.calendars, self.end(resolution)
        return grid.bars(resolution, self.market, min(start, end), end)


def _closed(engine: Engine, clock: _Open, resolution: Resolution, count: int) -> Candles:
    """Return the closed bars of the last `count` lengths: never looked for further back."""
    end = clock.end(resolution)
    start = end - count * resolution.seconds
    return engine.history.candles(clock.market, resolution, start, end)


def _rates(clock: _Open, day: Candles, hours: Candles) -> tuple[Rate, Rate]:
    """Return how many trades, and how many bars, come in a minute in which the market is open."""
    end = clock.end(MINUTE)
    since = end - RECENT_MINUTES * 60
    recent = day.take(day.t >= since)
    minutes = len(clock.bars(MINUTE, since))
    every = clock.bars(HOUR, clock.end(HOUR) - USUAL_HOURS * HOUR.seconds)
    counts = np.zeros(len(every))
    counts[np.isin(every, hours.t)] = hours.n[np.isin(hours.t, every)]
    usual = float(np.median(counts)) / 60 if len(counts) else None
    trades = _rate(_part(float(recent.n.sum()), minutes), usual)
    of_a_day = len(clock.bars(MINUTE, end - DAY_MINUTES * 60))
    return trades, _rate(_part(len(recent), minutes), _part(len(day), of_a_day))


def _part(count: float, minutes: int) -> float | None:
    return count / minutes if minutes else None


def _rate(recent: float | None, usual: float | None) -> Rate:
    ratio = None if recent is None or not usual else recent / usual
    return Rate(*(None if x is None else significant_one(x) for x in (recent, usual, ratio)))


def _is_stale(clock: _Open, last: int, usual: float | None) -> bool | None:
    """Return whether nothing has come for longer than is usual while the market was open."""
    if not usual:
        return None
    since = max(last, clock.now - WEEK_S)
    open_s = MINUTE.seconds * (len(clock.bars(MINUTE, since - since % 60)) + 1)
    silent_s = min(clock.now - last, open_s)
    return silent_s > max(STALE_LEAST_S, STALE_TIMES * 60 / usual)


def _missing(engine: Engine, market: int, now: int) -> Missing:
    found = gaps(engine, market, now_s=now)
    newest = tuple((gap.start, gap.end) for gap in reversed(found[-MOST_NAMED:]))
    return Missing(len(found), sum(gap.end - gap.start for gap in found), newest)


def _left_out(engine: Engine, market: int, now: int) -> LeftOut:
    """Count what the market's rule leaves out of the newest trades of a day."""
    as_they_came = engine.recorder.tally.left_out_of(market)
    if not engine.rulebook.of(market):
        return LeftOut(as_they_came=as_they_came)
    newest = engine.history.newest_trades(market, MOST_TRADES)
    newest = newest.take(newest.time >= (now - DAY_MINUTES * 60) * US)
    out = int(engine.filtering.left_out(newest).sum())
    return LeftOut(out, len(newest), as_they_came)


def _compared(engine: Engine, market: int, day: Candles) -> Compared:
    """Hold the newest given minutes against the fold of their own trades, where there are any."""
    given = _affordable(engine, market, day.take(day.given).take(slice(-GIVEN_MINUTES, None)))
    if not len(given):
        return Compared()
    trades = engine.filtering.trades(Ranges.one(market, *_span_us(given)))
    made = fold(trades, MINUTE, engine.registry.calendars)
    made, given = made.take(np.isin(made.t, given.t)), given.take(np.isin(given.t, made.t))
    how: dict[int, str] = {}
    for found in differences(_as_known(made, given), given):
        how.setdefault(found.t, found.how)
    newest = tuple(sorted(how.items(), reverse=True)[:MOST_NAMED])
    return Compared(len(given), len(how), newest)


def _affordable(engine: Engine, market: int, given: Candles) -> Candles:
    """Return the newest of some bars, as many as have not too many trades."""
    while len(given):
        if engine.store.count(None, Ranges.one(market, *_span_us(given))) <= MOST_TRADES:
            break
        given = given.take(slice((len(given) + 1) // 2, None))
    return given


def _span_us(bars: Candles) -> tuple[int, int]:
    return int(bars.t[0]) * US, (int(bars.t[-1]) + MINUTE.seconds) * US


def _as_known(made: Candles, given: Candles) -> Candles:
    """Return bars of the same times without what the source of the others did not know."""
    return replace(
        made,
        n=np.where(given.n == 0, 0, made.n),
        q=np.where(np.isnan(given.q), np.nan, made.q),
        bv=np.where(np.isnan(given.bv), np.nan, made.bv),
    )


def quality_rows(engine: Engine, symbol: str | None, now: int) -> list[dict[str, Any]]:
    """Return the quality of a market, or of all of them, as it is shown."""
    registry = engine.registry
    numbers = range(len(registry)) if symbol is None else (registry.number(symbol),)
    return [
        row_of(registry.market(number).symbol, quality(engine, number, now)) for number in numbers
    ]


def row_of(symbol: str, found: Quality) -> dict[str, Any]:
    """Return the quality of a market as it is shown."""
    missing, given = found.gaps, found.given
    return {
        "symbol": symbol,
        "last": found.last,
        "age_s": found.age_s,
        "stale": found.is_stale,
        "trades_per_minute": asdict(found.trades),
        "bars_per_minute": asdict(found.bars),
        "gaps": {
            "count": missing.count,
            "seconds": missing.seconds,
            "newest": [{"start": start, "end": end} for start, end in missing.newest],
        },
        "jumps": {
            "count": found.jumps,
            "largest": [asdict(jump) for jump in found.largest_jumps],
        },
        "given": {
            "bars": given.bars,
            "different": given.different,
            "newest": [{"t": t, "how": how} for t, how in given.examples],
        },
        "refused": dict(found.refused),
        "left_out": asdict(found.left_out),
    }
