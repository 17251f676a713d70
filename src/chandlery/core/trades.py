"""A batch of trades as parallel columns: the unit of flow. Pure: no clock, no I/O."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from chandlery.core.columns import (
    US,
    Batch,
    Bools,
    Floats,
    Int8s,
    Int32s,
    Int64s,
    order_of,
    starts_of_runs,
)

BUY, SELL, UNKNOWN = 1, -1, 0
"""The side of the taker."""

EARLIEST_US = 1_230_768_000 * US
"""2009-01-01: before it there was nothing to trade, so an earlier time is a wrong unit."""
FUTURE_US = 10 * US
"""How far ahead of now a trade may be stamped."""


@dataclass(frozen=True, slots=True, eq=False)
class Trades(Batch):
    """Trades as columns. A trade is identified by (market, id); a repeat carries the same time.

    `market` is the store's number of the market, `time` is in microseconds UTC, `size` in base
    units, `side` the taker's. Trades of one instant are ordered by (`sequence`, `id`).
    Ids that a source gives as text, or that are made from content, are negative.
    """

    market: Int32s
    time: Int64s
    price: Floats
    size: Floats
    side: Int8s
    sequence: Int64s
    id: Int64s

    DTYPES: ClassVar[dict[str, type]] = {
        "market": np.int32,
        "time": np.int64,
        "price": np.float64,
        "size": np.float64,
        "side": np.int8,
        "sequence": np.int64,
        "id": np.int64,
    }

    def sorted(self) -> Self:
        """Return the trades in (market, time, sequence, id) order."""
        order = order_of(self.market, self.time)
        trades = self if order is None else self.take(order)
        tied = trades.tied()
        if tied.any() and not _ties_are_in_order(trades, tied):
            return self.take(np.lexsort((self.id, self.sequence, self.time, self.market)))
        return trades

    def tied(self) -> Bools:
        """Return which rows have the market and time of a row beside them."""
        same = (self.market[1:] == self.market[:-1]) & (self.time[1:] == self.time[:-1])
        tied = np.zeros(len(self), dtype=np.bool_)
        tied[1:] |= same
        tied[:-1] |= same
        return tied

    def repeats(self) -> Bools:
        """Return which rows repeat an earlier row's (market, time, id)."""
        repeated = np.zeros(len(self), dtype=np.bool_)
        if len(self) < 2 or np.all(self.id[1:] > self.id[:-1]):
            return repeated
        suspects = _rows_with_twin(self)
        if not len(suspects):
            return repeated
        market, time, ids = self.market[suspects], self.time[suspects], self.id[suspects]
        order = np.lexsort((suspects, ids, time, market))
        first = starts_of_runs(market[order], time[order], ids[order])
        is_repeat = np.ones(len(suspects), dtype=np.bool_)
        is_repeat[first] = False
        repeated[suspects[order[is_repeat]]] = True
        return repeated

    def unique(self) -> Self:
        """Return sorted trades with repeats taken out; the first of each stays."""
        tied = np.flatnonzero(self.tied())
        repeated = tied[self.take(tied).repeats()]
        return self.take(np.delete(np.arange(len(self)), repeated)) if len(repeated) else self


def _ties_are_in_order(trades: Trades, tied: Bools) -> bool:
    """Return whether rows of one market and time, which stand together, are in order."""
    after = np.flatnonzero(tied[1:]) + 1
    before = after - 1
    apart = (trades.market[after] != trades.market[before]) | (
        trades.time[after] != trades.time[before]
    )
    # Compared, not subtracted: the extremes of 64 bits are allowed.
    later, earlier = trades.sequence[after], trades.sequence[before]
    ids_ascend = trades.id[after] >= trades.id[before]
    return bool(np.all(apart | (later > earlier) | ((later == earlier) & ids_ascend)))


def _rows_with_twin(trades: Trades) -> Int64s:
    """Return the rows whose mixed key occurs more than once: every repeat is among them."""
    keys = trades.id.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys ^= trades.time.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    keys ^= trades.market.astype(np.uint64) * np.uint64(0x165667B19E3779F9)
    ordered = np.sort(keys)
    twins = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(np.isin(keys, twins)) if len(twins) else np.empty(0, dtype=np.int64)


def id_of_text(text: str) -> int:
    """Return a stable negative id for a source's textual trade id."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") | -(1 << 63)


@dataclass(frozen=True, slots=True)
class Refused:
    """Rows of a batch that may not enter, with the reason of each kind."""

    by_reason: dict[str, Int64s]

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.by_reason.values())

    def counts(self) -> dict[str, int]:
        """Return how many rows were refused for each reason."""
        return {reason: len(rows) for reason, rows in self.by_reason.items()}

    def rows(self) -> Int64s:
        """Return all the rows, in order."""
        return np.sort(np.concatenate((np.empty(0, dtype=np.int64), *self.by_reason.values())))


def refusals(trades: Trades, now_us: int) -> Refused:
    """Return the rows that may not enter, each under the first reason that fits.

    Refused is a price or size that is not a positive finite number, and a time outside
    (2009-01-01, now + 10 s).
    """
    with np.errstate(invalid="ignore"):
        tests = (
            ("price is not a number", ~np.isfinite(trades.price)),
            ("price is not positive", trades.price <= 0),
            ("size is not a number", ~np.isfinite(trades.size)),
            ("size is not positive", trades.size <= 0),
            ("time is before 2009", trades.time <= EARLIEST_US),
            ("time is in the future", trades.time >= now_us + FUTURE_US),
        )
    bad = np.zeros(len(trades), dtype=np.bool_)
    by_reason = {}
    for reason, failed in tests:
        rows = np.flatnonzero(failed & ~bad)
        if len(rows):
            by_reason[reason] = rows
            bad[rows] = True
    return Refused(by_reason)
