"""The store on one DuckDB file."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.columns import Bools
from chandlery.core.delivery import Gap
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.seen import Seen, changed
from chandlery.core.trades import Trades
from chandlery.stores.duckdb import coverage, reading, schema, upkeep, writing
from chandlery.stores.duckdb.connection import Database, Session
from chandlery.stores.store import Change, Figures, Mark, Ranges, Scope, Series

Row = TypeVar("Row")


class DuckDBStore:
    """See Store. The file is held by one process; `path` need not exist yet."""

    def __init__(self, path: Path, *, memory_limit: str = "1GB", threads: int = 2) -> None:
        self._database = Database(path, memory_limit=memory_limit, threads=threads)
        try:
            schema.migrate(self._database)
            # Whoever held a lease held this file with it, and is gone.
            self._database.transaction(lambda session: session.execute("DELETE FROM leases"))
            self._keys = itertools.count(self._one("SELECT coalesce(max(key), 0) + 1 FROM marks"))
            self._loose = set(self.loose_blocks())
            self._trades_kept_from = int(self.notes("kept").get("trades", 0))
            self._seen = self._database.read(coverage.load)
            self._known = {series.resolution for series in self.series()}
        except BaseException:
            self._database.close()
            raise
        # Two transactions that delete from one table may conflict; appends never do.
        self._rewriting = threading.Lock()
        self._numbering = threading.Lock()
        self._noting = threading.Lock()

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._database.path

    @property
    def reopened(self) -> int:
        """How often the engine gave up on the file and it was opened again."""
        return self._database.reopened

    def _rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        return self._database.read(lambda session: session.execute(sql, parameters).fetchall())

    def _one(self, sql: str, parameters: list[Any] | None = None) -> int:
        return int(self._rows(sql, parameters)[0][0])

    def write(self, change: Change) -> list[Mark]:
        """See Store.write."""
        marks = [replace(mark, key=next(self._keys)) for mark in change.marks]
        blocks = writing.touched(change) - self._loose
        seen = changed(self._seen, change.gaps, change.coverage)

        def work(session: Session) -> None:
            for bars in change.bars:
                self._add_series(session, bars.resolution)
            writing.apply(session, change)
            writing.write_marks(session, marks)
            writing.write_loose(session, blocks)
            coverage.write(session, self._seen, seen)

        if not (marks or blocks or seen) and writing.is_append(change):
            self._database.statement(lambda session: writing.append(session, change.trades))
        elif change.bars or change.rewrite is not None or len(change.erase):
            with self._rewriting:
                self._database.transaction(work)
        else:
            self._database.transaction(work)
        with self._noting:
            self._loose |= blocks
        self._seen |= seen
        self._known |= {bars.resolution for bars in change.bars}
        return marks

    def repeats(self, trades: Trades) -> Bools:
        """See Store.repeats."""
        if not len(trades):
            return np.zeros(0, dtype=np.bool_)
        return self._database.read(lambda session: reading.repeats(session, trades))

    def trades(self, scope: Scope) -> Trades:
        """See Store.trades."""
        return self._database.query(lambda session: reading.trades(session, scope))

    def newest_trades(self, market: int, start_us: int, end_us: int, count: int) -> Trades:
        """See Store.newest_trades."""
        scope = Ranges.one(market, start_us, end_us)
        return self._database.query(lambda session: reading.newest_trades(session, scope, count))

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """See Store.limited."""
        return self._database.budget.limited(seconds)

    def count(self, resolution: Resolution | None, scope: Scope) -> int:
        """See Store.count."""
        if resolution is not None and resolution not in self._known:
            return 0
        return self._database.query(lambda session: reading.count(session, resolution, scope))

    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        """See Store.candles."""
        if resolution not in self._known:
            return Candles.empty()
        return self._database.query(lambda session: reading.candles(session, resolution, scope))

    def extents(self, resolution: Resolution | None, start: int) -> Ranges:
        """See Store.extents."""
        return self._database.query(lambda session: reading.extents(session, resolution, start))

    def add_markets(self, markets: Sequence[Market]) -> list[int]:
        """See Store.add_markets."""
        if not markets:
            return []
        with self._numbering:
            return self._database.transaction(lambda session: _add_markets(session, markets))

    def update_markets(self, markets: Sequence[Market]) -> None:
        """See Store.update_markets."""
        if markets:
            with self._numbering:
                self._database.transaction(lambda session: _update_markets(session, markets))

    def markets(self) -> dict[int, Market]:
        """See Store.markets."""
        rows = self._rows("SELECT number, document FROM markets ORDER BY number")
        return {number: msgspec.json.decode(text, type=Market) for number, text in rows}

    def add_rungs(self, ladder: Sequence[Resolution]) -> None:
        """See Store.add_rungs."""

        def work(session: Session) -> None:
            for rung in ladder:
                self._add_series(session, rung)
            for series in _series(session):
                name, is_rung = str(series.resolution), series.resolution in ladder
                if series.is_rung and not is_rung:
                    table = schema.table_of(series.resolution)
                    session.execute(f"DELETE FROM {table} WHERE NOT given")
                    session.execute("UPDATE series SET frontier = 0 WHERE resolution = ?", [name])
                if series.is_rung != is_rung:
                    session.execute(
                        "UPDATE series SET is_rung = ? WHERE resolution = ?", [is_rung, name]
                    )

        with self._rewriting:
            self._database.transaction(work)
        self._known |= set(ladder)

    def _add_series(self, session: Session, resolution: Resolution) -> None:
        if resolution not in self._known:
            schema.create_candles(session, resolution)
            # A commit may have succeeded although its call failed: then it is there already.
            name = str(resolution)
            session.execute(
                "INSERT INTO series SELECT ?, false, 0, 0 "
                "WHERE NOT EXISTS (FROM series WHERE resolution = ?)",
                [name, name],
            )

    def series(self) -> list[Series]:
        """See Store.series."""
        return self._database.read(_series)

    def trades_kept_from(self) -> int:
        """See Store.trades_kept_from."""
        return self._trades_kept_from

    def marks(self) -> list[Mark]:
        """See Store.marks."""
        rows = self._rows("SELECT market, rung, start_s, end_s, key FROM marks ORDER BY key")
        return [Mark(market, Resolution.parse(rung), *rest) for market, rung, *rest in rows]

    def positions(self) -> dict[str, str]:
        """See Store.positions."""
        return dict(self._rows("SELECT source, position FROM positions"))

    def coverage(self, market: int, kind: str) -> list[tuple[int, int]]:
        """See Store.coverage."""
        return list(self._seen.get((market, kind), Seen()).intervals)

    def gaps(self, market: int | None = None) -> list[Gap]:
        """See Store.gaps."""
        seen = self._seen.copy()
        keys = [key for key in seen if market in (None, key[0])]
        return [gap for key in sorted(keys) for gap in seen[key].gaps]

    def forget(self, resolution: Resolution | None, before: int) -> int:
        """See Store.forget."""
        with self._rewriting:
            gone = self._database.transaction(
                lambda session: upkeep.forget(session, resolution, before)
            )
        if resolution is None:
            self._trades_kept_from = before
        return gone

    def loose_blocks(self) -> list[tuple[str, int, int]]:
        """See Store.loose_blocks."""
        return self._database.read(upkeep.loose)

    def rows_in(self, table: str, start: int, end: int) -> int:
        """See Store.rows_in."""
        return self._database.read(lambda session: upkeep.rows_in(session, table, start, end))

    def compact(self, table: str, start: int, end: int) -> int:
        """See Store.compact."""
        with self._rewriting:
            rows = self._database.transaction(
                lambda session: upkeep.compact(session, table, start, end)
            )
            # What came meanwhile is noted once too often, at worst, with the next rows.
            with self._noting:
                self._loose = set(self.loose_blocks())
        return rows

    def checkpoint(self) -> None:
        """See Store.checkpoint."""
        self._database.statement(lambda session: session.execute("CHECKPOINT").fetchall())

    def figures(self) -> list[Figures]:
        """See Store.figures."""
        return self._database.read(upkeep.figures)

    def acquire(self, lease: str, owner: str, now: int, until: int) -> bool:
        """See Store.acquire."""

        def work(session: Session) -> bool:
            held = session.execute(
                "SELECT 1 FROM leases WHERE lease = ? AND owner <> ? AND until_s > ?",
                [lease, owner, now],
            ).fetchall()
            if held:
                return False
            session.execute("DELETE FROM leases WHERE lease = ?", [lease])
            session.execute("INSERT INTO leases VALUES (?, ?, ?)", [lease, owner, until])
            return True

        with self._numbering:
            return self._database.transaction(work)

    def release(self, lease: str, owner: str) -> None:
        """See Store.release."""
        with self._numbering:
            self._execute("DELETE FROM leases WHERE lease = ? AND owner = ?", [lease, owner])

    def notes(self, kind: str) -> dict[str, str]:
        """See Store.notes."""
        return dict(self._rows("SELECT name, text FROM notes WHERE kind = ?", [kind]))

    def note(self, kind: str, name: str, text: str) -> None:
        """See Store.note."""

        def work(session: Session) -> None:
            session.execute("DELETE FROM notes WHERE kind = ? AND name = ?", [kind, name])
            session.execute("INSERT INTO notes VALUES (?, ?, ?)", [kind, name, text])

        with self._numbering:
            self._database.transaction(work)

    def forget_note(self, kind: str, name: str) -> bool:
        """See Store.forget_note."""
        sql = "DELETE FROM notes WHERE kind = ? AND name = ?"
        with self._numbering:
            return bool(
                self._database.transaction(lambda session: session.number(sql, [kind, name]))
            )

    def _execute(self, sql: str, parameters: list[Any]) -> None:
        self._database.transaction(lambda session: session.execute(sql, parameters))

    def close(self) -> None:
        """See Store.close."""
        self._database.close()


def _series(session: Session) -> list[Series]:
    sql = "SELECT resolution, is_rung, frontier, kept_from FROM series"
    rows = session.execute(sql).fetchall()
    found = (Series(Resolution.parse(text), *rest) for text, *rest in rows)
    return sorted(found, key=lambda series: series.resolution)


def _stored(session: Session, markets: Sequence[Market]) -> list[tuple[str, int, str]]:
    """Return key, number and symbol of those that are stored: there may be millions of others."""
    session.input("input_keys", {"key": np.array([market.key for market in markets])})
    return session.execute(
        "SELECT upper(symbol), number, symbol FROM markets "
        "WHERE upper(symbol) IN (SELECT key FROM input_keys)"
    ).fetchall()


def _update_markets(session: Session, markets: Sequence[Market]) -> None:
    symbols = {key: symbol for key, _, symbol in _stored(session, markets)}
    known = [replace(m, symbol=symbols[m.key]) for m in markets if m.key in symbols]
    if not known:
        return
    documents = [msgspec.json.encode(market).decode() for market in known]
    keys = [market.key for market in known]
    session.input("input_updates", {"key": np.array(keys), "document": np.array(documents)})
    session.execute(
        "UPDATE markets SET document = i.document FROM input_updates i "
        "WHERE upper(markets.symbol) = i.key"
    )


def _add_markets(session: Session, markets: Sequence[Market]) -> list[int]:
    numbers = {key: number for key, number, _ in _stored(session, markets)}
    count = session.number("SELECT count(*) FROM markets") or 0
    new: list[tuple[int, str, str]] = []
    for market in markets:
        key = market.key
        if key not in numbers:
            numbers[key] = count + len(new)
            new.append((numbers[key], market.symbol, msgspec.json.encode(market).decode()))
    if new:
        columns = zip(("number", "symbol", "document"), zip(*new, strict=True), strict=True)
        session.input("input_markets", {name: np.array(values) for name, values in columns})
        session.execute("INSERT INTO markets SELECT number, symbol, document FROM input_markets")
    return [numbers[market.key] for market in markets]
