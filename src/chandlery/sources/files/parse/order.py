"""The order of a file's trades, for those whose ids give none.

Each gets its position among the trades of its instant and its ordinal among the trades equal to
it, whatever pieces the file is read in. Memory: while times do not go back within a market, the
trades of its last instant; from the first step back on, 16 bytes for every trade of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from chandlery.core.columns import Int64s, starts_of_runs
from chandlery.core.identity import Keys, content_ids, content_keys, earlier_equals, mix
from chandlery.core.trades import Trades
from chandlery.sources.files.parse.identity import Occurrences


class _StepBackError(Exception):
    """Time goes back within a market."""


class _Market:
    """The last instant of one market, in a file that has been in order so far."""

    __slots__ = ("_count", "_seen", "time")

    def __init__(self) -> None:
        self.time = np.iinfo(np.int64).min
        self._count = 0
        self._seen = Occurrences()

    def ranks(self, time: Int64s, keys: Keys) -> tuple[Int64s, Int64s]:
        """Return positions and ordinals of trades in order, none before the last instant."""
        first = starts_of_runs(time)
        positions = np.zeros(len(time), dtype=np.int64)
        ordinals = np.zeros(len(time), dtype=np.int64)
        lengths = np.diff(np.append(first, len(time)))
        if len(first) < len(time):
            positions = np.arange(len(time)) - np.repeat(first, lengths)
            tied = np.flatnonzero(np.repeat(lengths > 1, lengths))
            ordinals[tied] = earlier_equals(keys[tied])
        last = int(first[-1])
        if time[0] == self.time:
            same = slice(0, int(lengths[0]))
            positions[same] += self._count
            ordinals[same] = self._seen.earlier(keys[same])
        if time[-1] != self.time:
            self.time, self._seen = int(time[-1]), Occurrences()
            self._seen.earlier(keys[last:])
        self._count = int(positions[-1]) + 1
        return positions, ordinals


class FileOrder:
    """Numbers the trades of one file. `replay` reads it again from its start.

    Without `replay` (standard input) everything is remembered from the first trade on.
    """

    def __init__(self, replay: Callable[[], Iterator[Trades]] | None) -> None:
        self._replay = replay
        self._markets: dict[int, _Market] | None = {} if replay else None
        self._instants, self._equals = Occurrences(), Occurrences()
        self._rows = 0

    def with_ids(self, trades: Trades) -> Trades:
        """Return trades that had no id with ids of their content and their place in the file."""
        keys = content_keys(trades)
        positions, ordinals = self._ranks(trades, keys)
        return replace(trades, id=content_ids(keys, ordinals), sequence=positions)

    def places(self, trades: Trades) -> Int64s:
        """Return the place of trades whose ids give no order, among those of their instant."""
        positions, _ = self._ranks(trades, trades.id.view(np.uint64))
        return positions

    def _ranks(self, trades: Trades, keys: Keys) -> tuple[Int64s, Int64s]:
        if not len(trades):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        try:
            ranks = self._ranks_in_order(trades, keys)
        except _StepBackError:
            self._remember_everything()
            ranks = self._ranks_of_all(trades, keys)
        self._rows += len(trades)
        return ranks

    def _ranks_in_order(self, trades: Trades, keys: Keys) -> tuple[Int64s, Int64s]:
        if self._markets is None:
            raise _StepBackError
        groups = list(_by_market(trades))
        for number, rows in groups:
            market, time = self._markets.setdefault(number, _Market()), trades.time[rows]
            if time[0] < market.time or np.any(time[1:] < time[:-1]):
                raise _StepBackError
        positions = np.empty(len(trades), dtype=np.int64)
        ordinals = np.empty(len(trades), dtype=np.int64)
        for number, rows in groups:
            ranks = self._markets[number].ranks(trades.time[rows], keys[rows])
            positions[rows], ordinals[rows] = ranks
        return positions, ordinals

    def _ranks_of_all(self, trades: Trades, keys: Keys) -> tuple[Int64s, Int64s]:
        market = mix(trades.market.astype(np.uint64))
        positions = self._instants.earlier(mix(trades.time.view(np.uint64)) ^ market)
        return positions, self._equals.earlier(keys ^ market)

    def _remember_everything(self) -> None:
        """Go through the trades read so far once more, now keeping all that is needed."""
        if self._markets is None:
            return
        self._markets = None
        left = self._rows
        for trades in self._replay() if self._replay and left else ():
            part = trades.take(slice(0, left))
            self._ranks_of_all(part, self._keys(part))
            left -= len(part)
            if not left:
                break

    def _keys(self, trades: Trades) -> Keys:
        return content_keys(trades) if not trades.id.any() else trades.id.view(np.uint64)


def _by_market(trades: Trades) -> Iterator[tuple[int, Int64s | slice]]:
    """Return each market with its rows, in the order of the file."""
    market = trades.market
    if np.all(market == market[0]):
        yield int(market[0]), slice(None)
        return
    order = np.argsort(market, kind="stable")
    first = starts_of_runs(market[order])
    for start, end in zip(first, np.append(first[1:], len(order)), strict=True):
        yield int(market[order[start]]), order[start:end]
