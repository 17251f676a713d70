"""The reference store: the contract in the plainest form, gone when the process ends."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import US, Bools, Int32s, Int64s, starts_of_runs
from chandlery.core.delivery import Gap
from chandlery.core.errors import StoreError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.seen import Key, Seen, changed
from chandlery.core.trades import Trades
from chandlery.stores.budget import Budget
from chandlery.stores.store import Change, Figures, Interval, Mark, Ranges, Scope, Series

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def _whole(
    method: Callable[Concatenate[MemoryStore, Parameters], Result],
) -> Callable[Concatenate[MemoryStore, Parameters], Result]:
    """Let one call in at a time, so that each sees whole changes."""

    @wraps(method)
    def call(store: MemoryStore, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with store.lock:
            return method(store, *args, **kwargs)

    return call


def _limited(
    method: Callable[Concatenate[MemoryStore, Parameters], Result],
) -> Callable[Concatenate[MemoryStore, Parameters], Result]:
    """Let a read in like `_whole`, if the thread still has time for it."""
    whole = _whole(method)

    @wraps(method)
    def call(store: MemoryStore, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        store.budget.check()
        return whole(store, *args, **kwargs)

    return call


def _selected(scope: Scope, market: Int32s, moment: Int64s) -> Bools:
    """Return which rows lie in a scope."""
    if isinstance(scope, Interval):
        return (moment >= scope.start) & (moment < scope.end)
    chosen = np.zeros(len(moment), dtype=np.bool_)
    for number, start, end in zip(scope.market, scope.start, scope.end, strict=True):
        chosen |= (market == number) & (moment >= start) & (moment < end)
    return chosen


class MemoryStore:
    """See Store."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.budget = Budget()
        self._trades = Trades.empty()
        self._pending: list[Trades] = []
        self._candles: dict[Resolution, Candles] = {}
        self._series: dict[Resolution, Series] = {}
        self._markets: dict[int, Market] = {}
        self._marks: dict[int, Mark] = {}
        self._keys = itertools.count(1)
        self._positions: dict[str, str] = {}
        self._seen: dict[Key, Seen] = {}
        self._leases: dict[str, tuple[str, int]] = {}
        self._notes: dict[tuple[str, str], str] = {}
        self._trades_kept_from = 0

    def _all_trades(self) -> Trades:
        if self._pending:
            self._trades = Trades.concat((self._trades, *self._pending)).sorted()
            self._pending.clear()
        return self._trades

    @_whole
    def write(self, change: Change) -> list[Mark]:
        """See Store.write."""
        self._check(change)
        if len(change.erase):
            trades = self._all_trades()
            self._trades = trades.take(~_selected(change.erase, trades.market, trades.time))
        if len(change.trades):
            self._pending.append(change.trades)
        for bars in change.bars:
            self._replace_bars(bars.resolution, bars.candles)
        if (rewrite := change.rewrite) is not None:
            candles = self._candles[rewrite.rung]
            gone = _selected(rewrite.scope, candles.market, candles.t) & ~candles.given
            kept = candles.take(~gone)
            new = rewrite.candles.take(~_same_bars(rewrite.candles, kept.take(kept.given)))
            self._candles[rewrite.rung] = Candles.concat((kept, new)).sorted()
        return self._write_records(change)

    def _check(self, change: Change) -> None:
        """Refuse a change that cannot be made whole."""
        changed = {change.rewrite.rung} if change.rewrite is not None else set()
        changed |= {change.frontier[0]} if change.frontier is not None else set()
        unknown = changed - set(self._series) - {bars.resolution for bars in change.bars}
        if unknown:
            message = f"a series that is there expected, found {min(unknown)}"
            raise StoreError(message)

    def _replace_bars(self, resolution: Resolution, new: Candles) -> None:
        self._add_series(resolution)
        old = self._candles[resolution]
        kept = old.take(~_same_bars(old, new))
        self._candles[resolution] = Candles.concat((kept, new)).sorted()

    def _write_records(self, change: Change) -> list[Mark]:
        for key in change.cleared:
            self._marks.pop(key, None)
        marks = [replace(mark, key=next(self._keys)) for mark in change.marks]
        self._marks.update({mark.key: mark for mark in marks})
        if change.frontier is not None:
            rung, moment = change.frontier
            self._series[rung] = replace(self._series[rung], frontier=moment)
        self._positions.update(change.positions)
        self._seen |= changed(self._seen, change.gaps, change.coverage)
        return marks

    @_whole
    def repeats(self, trades: Trades) -> Bools:
        """See Store.repeats."""
        stored = self._all_trades()
        return Trades.concat((stored, trades)).repeats()[len(stored) :]

    @_limited
    def trades(self, scope: Scope) -> Trades:
        """See Store.trades."""
        trades = self._all_trades()
        return trades.take(_selected(scope, trades.market, trades.time))

    @_limited
    def newest_trades(self, market: int, start_us: int, end_us: int, count: int) -> Trades:
        """See Store.newest_trades."""
        trades = self.trades(Ranges.one(market, start_us, end_us))
        return trades.take(slice(max(0, len(trades) - count), None))

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """See Store.limited."""
        return self.budget.limited(seconds)

    @_limited
    def count(self, resolution: Resolution | None, scope: Scope) -> int:
        """See Store.count."""
        return len(self.trades(scope) if resolution is None else self.candles(resolution, scope))

    @_limited
    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        """See Store.candles."""
        candles = self._candles.get(resolution, Candles.empty())
        return candles.take(_selected(scope, candles.market, candles.t))

    @_limited
    def extents(self, resolution: Resolution | None, start: int) -> Ranges:
        """See Store.extents."""
        if resolution is None:
            trades = self._all_trades()
            market, moment = trades.market, trades.time // US
        else:
            candles = self._candles[resolution]
            market, moment = candles.market, candles.t
        market, moment = market[moment >= start], moment[moment >= start]
        first = starts_of_runs(market)
        last = np.append(first[1:], len(market))[: len(first)] - 1
        return Ranges.of(market=market[first], start=moment[first], end=moment[last] + 1)

    @_whole
    def add_markets(self, markets: Sequence[Market]) -> list[int]:
        """See Store.add_markets."""
        numbers = {market.key: number for number, market in self._markets.items()}
        for market in markets:
            number = numbers.setdefault(market.key, len(numbers))
            self._markets.setdefault(number, market)
        return [numbers[market.key] for market in markets]

    @_whole
    def update_markets(self, markets: Sequence[Market]) -> None:
        """See Store.update_markets."""
        new = {market.key: market for market in markets}
        for number, known in self._markets.items():
            found = new.get(known.key, known)
            self._markets[number] = replace(found, symbol=known.symbol)

    @_whole
    def markets(self) -> dict[int, Market]:
        """See Store.markets."""
        return dict(self._markets)

    @_whole
    def add_rungs(self, ladder: Sequence[Resolution]) -> None:
        """See Store.add_rungs."""
        for rung in ladder:
            self._add_series(rung)
        for rung, series in self._series.items():
            if series.is_rung and rung not in ladder:
                candles = self._candles[rung]
                self._candles[rung] = candles.take(candles.given)
                series = replace(series, frontier=0)
            self._series[rung] = replace(series, is_rung=rung in ladder)

    def _add_series(self, resolution: Resolution) -> None:
        self._series.setdefault(resolution, Series(resolution, is_rung=False))
        self._candles.setdefault(resolution, Candles.empty())

    @_whole
    def series(self) -> list[Series]:
        """See Store.series."""
        return [self._series[resolution] for resolution in sorted(self._series)]

    @_whole
    def trades_kept_from(self) -> int:
        """See Store.trades_kept_from."""
        return self._trades_kept_from

    @_whole
    def marks(self) -> list[Mark]:
        """See Store.marks."""
        return list(self._marks.values())

    @_whole
    def positions(self) -> dict[str, str]:
        """See Store.positions."""
        return dict(self._positions)

    @_whole
    def coverage(self, market: int, kind: str) -> list[tuple[int, int]]:
        """See Store.coverage."""
        return list(self._seen.get((market, kind), Seen()).intervals)

    @_whole
    def gaps(self, market: int | None = None) -> list[Gap]:
        """See Store.gaps."""
        keys = [key for key in self._seen if market in (None, key[0])]
        return [gap for key in sorted(keys) for gap in self._seen[key].gaps]

    @_whole
    def forget(self, resolution: Resolution | None, before: int) -> int:
        """See Store.forget."""
        if resolution is None:
            trades = self._all_trades()
            self._trades = trades.take(trades.time >= before * US)
            self._trades_kept_from = before
            return len(trades) - len(self._trades)
        candles = self._candles[resolution]
        self._candles[resolution] = candles.take(candles.t >= before)
        self._series[resolution] = replace(self._series[resolution], kept_from=before)
        return len(candles) - len(self._candles[resolution])

    def loose_blocks(self) -> list[tuple[str, int, int]]:
        """See Store.loose_blocks; here everything is always in order."""
        return []

    def rows_in(self, table: str, start: int, end: int) -> int:
        """See Store.rows_in; nothing is ever rewritten."""
        return 0

    def compact(self, table: str, start: int, end: int) -> int:
        """See Store.compact."""
        return 0

    def checkpoint(self) -> None:
        """See Store.checkpoint."""

    @_whole
    def figures(self) -> list[Figures]:
        """See Store.figures."""
        tables: dict[str, Trades | Candles] = {"trades": self._all_trades()}
        tables |= {f"candles_{rung}": candles for rung, candles in self._candles.items()}
        return [Figures(name, len(table), _bytes(table)) for name, table in tables.items()]

    @_whole
    def acquire(self, lease: str, owner: str, now: int, until: int) -> bool:
        """See Store.acquire."""
        holder, runs_out = self._leases.get(lease, (owner, 0))
        if holder != owner and runs_out > now:
            return False
        self._leases[lease] = (owner, until)
        return True

    @_whole
    def release(self, lease: str, owner: str) -> None:
        """See Store.release."""
        if self._leases.get(lease, ("", 0))[0] == owner:
            del self._leases[lease]

    @_whole
    def notes(self, kind: str) -> dict[str, str]:
        """See Store.notes."""
        return {name: text for (of, name), text in self._notes.items() if of == kind}

    @_whole
    def note(self, kind: str, name: str, text: str) -> None:
        """See Store.note."""
        self._notes[kind, name] = text

    @_whole
    def forget_note(self, kind: str, name: str) -> bool:
        """See Store.forget_note."""
        return self._notes.pop((kind, name), None) is not None

    def close(self) -> None:
        """See Store.close."""


def _same_bars(rows: Candles, others: Candles) -> Bools:
    """Return which rows are bars that the others have too."""
    keys = set(zip(others.market.tolist(), others.t.tolist(), strict=True))
    pairs: list[Any] = list(zip(rows.market.tolist(), rows.t.tolist(), strict=True))
    return np.fromiter((pair in keys for pair in pairs), np.bool_, len(rows))


def _bytes(table: Trades | Candles) -> int:
    return sum(int(column.nbytes) for column in table.columns().values())
