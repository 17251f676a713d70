"""Which trades are left out of the candles, by rules per market. Pure.

A trade is left out if its notional, price times size, is below a least one, or if its price is too
far from its *reference*: the median of the market's last prices of each minute with trades in the
window before the trade's own minute, by UTC. With fewer than three such minutes there is no
reference, and the trade counts.

So the verdict on a trade depends on the trades that are stored and on nothing else: every trade
is among those that references are made of, left out or not, and a trade has a say in the
verdicts on the minutes of one window after its own, and in no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from chandlery.core.columns import US, Batch, Bools, Floats, Int32s, Int64s, starts_of_runs
from chandlery.core.errors import UsageError
from chandlery.core.trades import Trades

MINUTE_S = 60
LEAST_WINDOW_S, USUAL_WINDOW_S, MOST_WINDOW_S = 5 * MINUTE_S, 15 * MINUTE_S, 60 * MINUTE_S
FEWEST_MINUTES = 3
"""Fewer minutes with trades than this in the window make no reference."""
AT_ONCE = 16_384
"""References made together: it bounds memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a trade must keep to count. Zero is: no such limit.

    `max_deviation` is a part of the reference: 0.1 leaves out what is more than 10 % away.
    """

    min_notional: float = 0.0
    max_deviation: float = 0.0
    window_s: int = USUAL_WINDOW_S

    def __post_init__(self) -> None:
        _refuse_unless(
            0 <= self.min_notional < float("inf"),
            f"a least notional of 0 or more expected, found {self.min_notional}",
        )
        _refuse_unless(
            0 <= self.max_deviation < float("inf"),
            f"a largest deviation of 0 or more expected, found {self.max_deviation}",
        )
        is_whole = self.window_s % MINUTE_S == 0
        _refuse_unless(
            is_whole and LEAST_WINDOW_S <= self.window_s <= MOST_WINDOW_S,
            f"a window of 5 to 60 whole minutes expected, found {self.window_s} s",
        )

    @property
    def reach_s(self) -> int:
        """For how long after the end of its minute a trade has a say in the verdict on others."""
        return self.window_s if self.max_deviation else 0

    def __bool__(self) -> bool:
        return self.min_notional > 0 or self.max_deviation > 0


def _refuse_unless(holds: bool, message: str) -> None:  # noqa: FBT001 - what must hold comes first
    if not holds:
        raise UsageError(message, hint="a rule such as min_notional 5, max_deviation 0.2 is usual")


class Rules:
    """The rules of all markets, as columns by market number with room to grow."""

    def __init__(self, rules: Mapping[int, Rule] | None = None, room: int = 0) -> None:
        self.of: dict[int, Rule] = {}
        self._least, self._most = np.zeros(room), np.zeros(room)
        self._window = np.zeros(room, dtype=np.int64)
        for number, rule in (rules or {}).items():
            self.put(number, rule)

    def __bool__(self) -> bool:
        return bool(self.of)

    def put(self, number: int, rule: Rule) -> None:
        """Give a market that has none a rule."""
        if rule:
            self.of[number] = rule
            self._least[number], self._most[number] = rule.min_notional, rule.max_deviation
            self._window[number] = rule.window_s

    def has(self, market: Int32s) -> Bools:
        """Return which rows are of a market with a rule."""
        return (self._least[market] > 0) | (self._most[market] > 0)

    def compares(self, market: Int32s) -> Bools:
        """Return which rows are of a market whose rule compares prices with a reference."""
        compared: Bools = self._most[market] > 0
        return compared

    def least(self, market: Int32s) -> Floats:
        """Return each row's least notional."""
        return self._least[market]

    def most(self, market: Int32s) -> Floats:
        """Return each row's largest deviation."""
        return self._most[market]

    def window_s(self, market: Int32s) -> Int64s:
        """Return each row's window."""
        return self._window[market]


@dataclass(frozen=True, slots=True, eq=False)
class Closes(Batch):
    """The last trade of each minute with trades, sorted by (market, minute); minutes in seconds."""

    market: Int32s
    minute: Int64s
    time: Int64s
    sequence: Int64s
    id: Int64s
    price: Floats

    DTYPES: ClassVar[dict[str, type]] = {
        "market": np.int32,
        "minute": np.int64,
        "time": np.int64,
        "sequence": np.int64,
        "id": np.int64,
        "price": np.float64,
    }

    @classmethod
    def of_trades(cls, trades: Trades) -> Self:
        """Return the last of each minute; trades come in any order."""
        minute = minute_of(trades.time)
        order = np.lexsort((trades.id, trades.sequence, trades.time, trades.market))
        market, minute = trades.market[order], minute[order]
        last = np.append(starts_of_runs(market, minute)[1:], len(order)) - 1
        rows = order[last] if len(order) else order
        return cls(
            market=trades.market[rows],
            minute=minute_of(trades.time[rows]),
            time=trades.time[rows],
            sequence=trades.sequence[rows],
            id=trades.id[rows],
            price=trades.price[rows],
        )

    def merged(self) -> Self:
        """Return the last of each minute, from parts in any order."""
        order = np.lexsort((self.id, self.sequence, self.time, self.market))
        rows = self.take(order)
        last = np.append(starts_of_runs(rows.market, rows.minute)[1:], len(rows)) - 1
        return rows.take(last) if len(rows) else rows


def minute_of(time_us: Int64s) -> Int64s:
    """Return the minute in which each moment lies, in seconds."""
    return time_us // (MINUTE_S * US) * MINUTE_S


def references(closes: Closes, market: Int32s, minute: Int64s, rules: Rules) -> Floats:
    """Return the reference for each (market, minute); NaN where there is none."""
    first = int(min(closes.minute.min(initial=0), minute.min(initial=0)) - MOST_WINDOW_S)
    last = int(max(closes.minute.max(initial=0), minute.max(initial=0)) + MINUTE_S)
    # One ascending key, so that both ends of every window are found in one search.
    keys = closes.market.astype(np.int64) * (last - first) + (closes.minute - first)
    at = market.astype(np.int64) * (last - first) + (minute - first)
    low = np.searchsorted(keys, at - rules.window_s(market))
    high = np.searchsorted(keys, at)
    found = np.full(len(market), np.nan)
    for start in range(0, len(market), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        found[part] = _medians(closes.price, low[part], high[part])
    return found


def _medians(price: Floats, low: Int64s, high: Int64s) -> Floats:
    """Return the median of each stretch [low, high) of prices; NaN for one that is too short."""
    counts = high - low
    medians = np.full(len(low), np.nan)
    rows = np.flatnonzero(counts >= FEWEST_MINUTES)
    if not len(rows):
        return medians
    counts, low = counts[rows], low[rows]
    places = np.arange(int(counts.max()))
    inside = places < counts[:, None]
    window = np.where(inside, price[np.where(inside, low[:, None] + places, 0)], np.inf)
    window.sort(axis=1)
    row = np.arange(len(rows))
    medians[rows] = window[row, (counts - 1) // 2] / 2 + window[row, counts // 2] / 2
    return medians


def left_out(trades: Trades, closes: Closes, rules: Rules) -> Bools:
    """Return which of sorted trades do not count.

    `closes` must hold those of the windows before the trades' minutes, each of all the trades
    that there are.
    """
    out: Bools = trades.price * trades.size < rules.least(trades.market)
    rows = np.flatnonzero(rules.compares(trades.market))
    if not len(rows):
        return out
    market, minute, price = trades.market[rows], minute_of(trades.time[rows]), trades.price[rows]
    first = starts_of_runs(market, minute)
    of_run = references(closes, market[first], minute[first], rules)
    reference = np.repeat(of_run, np.diff(np.append(first, len(rows))))
    with np.errstate(invalid="ignore"):
        out[rows] |= np.abs(price - reference) > rules.most(market) * reference
    return out
