"""The open database: a cursor a thread, errors mapped, and a new start when the engine gives up.

DuckDB declares its database object invalid after an I/O error inside a checkpoint. Nothing that
was committed is lost, but every cursor fails until all of them are closed and the file is opened
again. `Database` does that: reads are made again unseen, writes fail with a retryable error.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from numpy.typing import NDArray

from chandlery.core.errors import StoreError, StoreUnavailableError
from chandlery.stores.budget import Budget, out_of_time
from chandlery.stores.duckdb import errors
from chandlery.stores.duckdb.watchdog import Watchdog

Result = TypeVar("Result")


READ_AGAIN = 5
"""How often a query is made again: whoever writes may invalidate the database time and again."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Session:
    """One thread's cursor, with tables that stand for columns handed in.

    Registering columns costs 0.5 ms, so each input is registered once and its columns swapped.
    """

    cursor: duckdb.DuckDBPyConnection
    generation: int
    inputs: dict[str, dict[str, NDArray[Any]]] = field(default_factory=dict)

    def execute(self, sql: str, parameters: list[Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        return self.cursor.execute(sql, parameters)

    def columns(self, sql: str, parameters: list[Any] | None = None) -> dict[str, NDArray[Any]]:
        """Run a query and return its columns."""
        return self.cursor.execute(sql, parameters).fetchnumpy()

    def number(self, sql: str, parameters: list[Any] | None = None) -> int | None:
        """Run a query or a deletion and return its one number, leaving no result open.

        While a result is open nothing else can be done on the cursor.
        """
        rows = self.cursor.execute(sql, parameters).fetchall()
        return None if not rows or rows[0][0] is None else int(rows[0][0])

    def input(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make columns readable as a table, until the next columns of that name."""
        table = self.inputs.get(name)
        if table is None:
            self.inputs[name] = dict(columns)
            self.cursor.register(name, self.inputs[name])
        else:
            table.update(columns)


class Database:
    """An open file that can be used from any thread."""

    def __init__(self, path: Path, *, memory_limit: str, threads: int) -> None:
        self.path = path
        self._config = _locked_down(path, memory_limit, threads)
        self._changed = threading.Condition()
        self._local = threading.local()
        # A thread that ends takes its cursor with it.
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._generation = 0
        self._calls = 0
        self._is_given_up = False
        self._is_closed = False
        self.reopened = 0
        self.budget = Budget()
        self._watchdog = Watchdog()
        self._root: duckdb.DuckDBPyConnection | None = self._connect()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(str(self.path), config=self._config)
        except (duckdb.Error, OSError) as error:
            raise errors.on_open(error, self.path) from error

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Run a query; an invalidated database is reopened and the query run again."""
        for _ in range(READ_AGAIN):
            try:
                return self._run(work)
            except StoreUnavailableError as error:
                cause = error.__cause__
                if not isinstance(cause, duckdb.Error) or not errors.is_invalidated(cause):
                    raise
        return self._run(work)

    def query(self, work: Callable[[Session], Result]) -> Result:
        """Like `read`, but within this thread's budget of time."""
        deadline = self.budget.deadline
        if deadline is None:
            return self.read(work)
        self.budget.check()
        return self.read(lambda session: self._watched(session, deadline, work))

    def _watched(
        self, session: Session, deadline: float, work: Callable[[Session], Result]
    ) -> Result:
        key = self._watchdog.begin(deadline, session.cursor.interrupt)
        try:
            return work(session)
        except duckdb.InterruptException as error:
            # The cursor is as good as before, but an input may not have been registered whole.
            session.inputs.clear()
            raise out_of_time() from error
        finally:
            self._watchdog.end(key)

    def transaction(self, work: Callable[[Session], Result]) -> Result:
        """Run statements as one transaction, committed durably or not at all."""

        def whole(session: Session) -> Result:
            session.cursor.begin()
            try:
                result = work(session)
                session.cursor.commit()
            except BaseException:
                _roll_back(session)
                raise
            return result

        return self._run(whole)

    def statement(self, work: Callable[[Session], Result]) -> Result:
        """Run one writing statement, which is a transaction by itself: that saves a millisecond."""
        return self._run(work)

    def _run(self, work: Callable[[Session], Result]) -> Result:
        """Run statements on this thread's cursor."""
        session = self._enter()
        is_invalidated = False
        try:
            return work(session)
        except duckdb.Error as error:
            # An input that was registered inside the failed transaction is gone with it.
            session.inputs.clear()
            is_invalidated = errors.is_invalidated(error)
            raise errors.on_call(error, self.path) from error
        finally:
            self._leave(session, is_invalidated=is_invalidated)

    def _enter(self) -> Session:
        """Return this thread's cursor, and count the call."""
        with self._changed:
            # Nothing can be closed or opened while calls on the given up database go on.
            self._changed.wait_for(lambda: not self._is_given_up)
            session: Session | None = getattr(self._local, "session", None)
            if session is None or session.generation != self._generation:
                session = Session(self._open_root().cursor(), self._generation)
                self._sessions.add(session)
                self._local.session = session
            self._calls += 1
            return session

    def _leave(self, session: Session, *, is_invalidated: bool) -> None:
        with self._changed:
            self._calls -= 1
            if is_invalidated and session.generation == self._generation:
                self._is_given_up = True
            if self._is_given_up and not self._calls:
                self._close_all()
                self._is_given_up = False
            if not self._calls:
                self._changed.notify_all()

    def _open_root(self) -> duckdb.DuckDBPyConnection:
        if self._is_closed:
            message = f"{self.path} is closed"
            raise StoreError(message)
        if self._root is None:
            try:
                self._root = self._connect()
            except StoreError as error:
                # The disk may still be full: whoever calls next tries again.
                raise StoreUnavailableError(error.message, hint=error.hint) from error
            self.reopened += 1
        return self._root

    def _close_all(self) -> None:
        self._generation += 1
        for session in list(self._sessions):
            session.cursor.close()
        self._sessions.clear()
        if self._root is not None:
            self._root.close()
            self._root = None

    def close(self) -> None:
        """Close every cursor and the file, when the calls that are under way have ended."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._calls)
            self._close_all()
        self._watchdog.close()


def _roll_back(session: Session) -> None:
    try:
        session.cursor.rollback()
    except duckdb.Error:
        # A failed commit has ended the transaction already.
        return


def _locked_down(
    path: Path, memory_limit: str, threads: int
) -> dict[str, str | bool | int | float | list[str]]:
    """Return a configuration in which SQL reaches no file, no network and no setting."""
    return {
        "memory_limit": memory_limit,
        "threads": threads,
        # Rows go in on all threads; what must be in order is ordered by its statement.
        "preserve_insertion_order": "false",
        "allow_community_extensions": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_external_access": "false",
        "lock_configuration": "true",
        "checkpoint_threshold": "64MB",
        # After the others: settings are applied in no stated order, and this one works last.
        "temp_directory": str(path.with_suffix(".tmp")),
    }
