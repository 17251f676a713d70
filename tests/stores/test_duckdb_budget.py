"""A query of DuckDB that runs past its budget is cancelled, and nothing is the worse for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chandlery.core.errors import QueryBudgetError
from chandlery.core.trades import Trades
from chandlery.stores import Change, Interval, Ranges
from chandlery.stores.duckdb import DuckDBStore
from chandlery.stores.duckdb.connection import Session
from chandlery.stores.duckdb.watchdog import Watchdog
from tests.engine.builders import trades

ALL = Interval(0, 1 << 62)
ENDLESS = (
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3"
)
SOON_S = 0.05


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    store = DuckDBStore(tmp_path / "market.duckdb")
    store.write(Change(trades=trades([(0, 1.0), (1, 2.0)])))
    yield store
    store.close()


def endless(session: Session) -> int | None:
    return session.number(ENDLESS)


def cancelled(store: DuckDBStore) -> None:
    with store.limited(SOON_S), pytest.raises(QueryBudgetError, match="longer than one may"):
        store._database.query(endless)


def test_a_query_that_takes_too_long_is_cancelled_and_the_cursor_goes_on(
    store: DuckDBStore,
) -> None:
    for _ in range(3):
        cancelled(store)
        assert store.count(None, ALL) == 2
    ranges = Ranges.of(market=[0, 1], start=[0, 0], end=[1 << 60] * 2)
    assert len(store.trades(ranges)) == 2
    cancelled(store)
    assert len(store.trades(ranges)) == 2
    store.write(Change(trades=trades([(2, 3.0)], first_id=2)))
    assert store.reopened == 0


def test_the_reads_of_a_block_share_its_time(store: DuckDBStore) -> None:
    with store.limited(SOON_S):
        with pytest.raises(QueryBudgetError):
            store._database.query(endless)
        with pytest.raises(QueryBudgetError):
            store.count(None, ALL)


def test_the_queries_of_other_threads_go_on(store: DuckDBStore) -> None:
    is_running, is_over = threading.Event(), threading.Event()

    def read() -> int:
        is_running.set()
        rows = 0
        with store.limited(60):
            while not is_over.is_set():
                rows = store.count(None, ALL)
        return rows

    with ThreadPoolExecutor(1) as other:
        found = other.submit(read)
        is_running.wait()
        cancelled(store)
        is_over.set()
        assert found.result() == 2


def test_a_write_is_never_cancelled(store: DuckDBStore) -> None:
    many = trades([(row, 1.0) for row in range(20_000)], first_id=10)
    with store.limited(0.000_1):
        for first in range(5):
            moved = {**many.columns(), "id": many.id + 100_000 * first}
            store.write(Change(trades=Trades(**moved)))
    assert store.count(None, ALL) == 100_002


def test_a_call_is_cancelled_again_while_it_goes_on() -> None:
    """A query that was cancelled a moment before it began runs on: it must be cancelled again."""
    watchdog, thrice = Watchdog(), threading.Semaphore(0)
    key = watchdog.begin(time.monotonic(), thrice.release)
    for _ in range(3):
        assert thrice.acquire(timeout=10)
    watchdog.end(key)
    watchdog.close()


def test_an_earlier_deadline_is_not_kept_waiting_by_a_later_one() -> None:
    watchdog, told = Watchdog(), threading.Event()
    late = watchdog.begin(time.monotonic() + 3_600, lambda: None)
    soon = watchdog.begin(time.monotonic() + 0.01, told.set)
    assert told.wait(10)
    watchdog.end(soon)
    watchdog.end(late)
    watchdog.close()


def test_what_has_ended_is_not_cancelled() -> None:
    watchdog, told, wrong = Watchdog(), threading.Event(), threading.Event()
    deadline = time.monotonic() + 0.01
    watchdog.end(watchdog.begin(deadline, wrong.set))
    later = watchdog.begin(deadline + 0.01, told.set)
    assert told.wait(10)
    assert not wrong.is_set()
    watchdog.end(later)
    watchdog.close()


def test_closing_ends_the_thread_that_watches(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "other.duckdb")
    with store.limited(60):
        store.count(None, ALL)
    thread = store._database._watchdog._thread
    assert thread is not None
    store.close()
    store.close()
    assert not thread.is_alive()
