"""Any thread may call at any time, and sees whole changes only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import numpy as np

from chandlery.core.candles import Candles
from chandlery.core.market import Market
from chandlery.core.trades import Trades
from chandlery.stores import Change, Interval, Mark, Ranges, Rewrite, Store
from tests.engine.builders import MINUTE, START, assert_same, candles, given_bars, trades

ALL = Interval(0, 1 << 62)
CHANGES = 40
ROWS = 5


def together(*works: Callable[[], object]) -> None:
    """Run works in a thread each, begun at one moment; whatever one raises is raised."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(run, work) for work in works]:
            future.result()


def part(number: int) -> Trades:
    """Return the trades of one change, of two markets."""
    first = number * ROWS
    rows = [(float(first + row), 1.0 + number) for row in range(ROWS)]
    return Trades.concat(
        (trades(rows, market=0, first_id=first), trades(rows, market=1, first_id=first))
    )


class Reader:
    """Asks again and again until told to stop, and once more after that."""

    def __init__(self, ask: Callable[[], None], stop: Event) -> None:
        self.ask = ask
        self.stop = stop

    def __call__(self) -> None:
        while not self.stop.is_set():
            self.ask()
        self.ask()


def test_reads_during_writes_see_whole_changes_only(store: Store) -> None:
    store.add_rungs([MINUTE])
    stop = Event()

    def write() -> None:
        try:
            for number in range(CHANGES):
                bars = candles([START, START + 60, START + 120], price=1.0 + number)
                store.write(
                    Change(
                        trades=part(number),
                        rewrite=Rewrite(MINUTE, Interval(START, START + 180), bars),
                        marks=[Mark(0, MINUTE, number, number + 1)] * 2,
                        positions={"a": str(number), "b": str(number)},
                    )
                )
        finally:
            stop.set()

    def ask_trades() -> None:
        found = store.trades(ALL)
        assert len(found) % (2 * ROWS) == 0
        ids = found.id.reshape(2, -1)
        assert (ids == np.arange(ids.shape[1])).all()

    def ask_candles() -> None:
        found = store.candles(MINUTE, ALL)
        assert len(found) in (0, 3)
        assert len(set(found.o.tolist())) <= 1

    def ask_records() -> None:
        assert len(set(store.positions().values())) <= 1
        assert len(store.marks()) % 2 == 0
        assert store.count(None, ALL) % (2 * ROWS) == 0
        scope = Ranges.of(market=[0, 1], start=[START * 10**6] * 2, end=[(START + 5) * 10**6] * 2)
        assert store.count(None, scope) in (0, 2 * ROWS)

    together(write, *(Reader(ask, stop) for ask in (ask_trades, ask_candles, ask_records)))
    assert store.count(None, ALL) == CHANGES * ROWS * 2
    assert store.positions() == {"a": str(CHANGES - 1), "b": str(CHANGES - 1)}


def test_roll_ups_compaction_and_housekeeping_run_beside_the_writer(store: Store) -> None:
    store.add_rungs([MINUTE])
    stop = Event()

    def write() -> None:
        try:
            for number in range(CHANGES):
                store.write(Change(trades=part(number), marks=[Mark(0, MINUTE, 0, 60)]))
        finally:
            stop.set()

    def roll_up() -> None:
        bars = candles([START, START + 60])
        marks = store.marks()
        store.write(
            Change(
                rewrite=Rewrite(MINUTE, Interval(START, START + 120), bars),
                cleared=[mark.key for mark in marks],
            )
        )

    def compact() -> None:
        for block in store.loose_blocks():
            store.compact(*block)
        store.checkpoint()

    def keep_house() -> None:
        store.note("job", "a", "text")
        assert store.notes("job") == {"a": "text"}
        assert store.acquire("job", "me", 0, 10)
        store.release("job", "me")
        store.figures()

    together(write, *(Reader(ask, stop) for ask in (roll_up, compact, keep_house)))
    every = Trades.concat(part(number) for number in range(CHANGES)).sorted()
    assert_same(store.trades(ALL), every)
    assert_same(store.candles(MINUTE, ALL), candles([START, START + 60]))
    assert store.marks() == []


def test_given_bars_and_roll_ups_of_one_rung_do_not_get_in_each_others_way(store: Store) -> None:
    store.add_rungs([MINUTE])

    def give() -> None:
        for number in range(CHANGES):
            store.write(Change(bars=(given_bars(MINUTE, [START + 60], price=1.0 + number),)))

    def roll_up() -> None:
        for _ in range(CHANGES):
            bars = candles([START, START + 60, START + 120], price=0.5)
            store.write(Change(rewrite=Rewrite(MINUTE, Interval(START, START + 180), bars)))

    together(give, roll_up)
    found = store.candles(MINUTE, ALL)
    assert found.t.tolist() == [START, START + 60, START + 120]
    assert found.o.tolist() == [0.5, float(CHANGES), 0.5]


def test_a_market_added_by_many_threads_at_once_has_one_number(store: Store) -> None:
    symbols = [f"X:M{row}" for row in range(50)]
    numbers: list[list[int]] = []

    def add(turn: int) -> None:
        order = symbols[turn:] + symbols[:turn]
        found = store.add_markets([Market.of(symbol) for symbol in order])
        numbers.append(found[len(symbols) - turn :] + found[: len(symbols) - turn])

    together(*(lambda turn=turn: add(turn) for turn in (0, 10, 20, 30)))
    assert all(found == numbers[0] for found in numbers)
    assert len(store.markets()) == len(symbols)


def test_a_lease_wanted_by_many_threads_at_once_goes_to_one(store: Store) -> None:
    won: list[str] = []

    def want(owner: str) -> None:
        if store.acquire("job", owner, 0, 100):
            won.append(owner)

    together(*(lambda owner=owner: want(owner) for owner in "abcdef"))
    assert len(won) == 1


def test_threads_that_come_and_go_leave_nothing_behind(store: Store) -> None:
    store.write(Change(trades=part(0)))
    counts: list[int] = []
    for _ in range(200):
        thread = Thread(target=lambda: counts.append(store.count(None, ALL)))
        thread.start()
        thread.join()
    assert counts == [2 * ROWS] * 200
    database = getattr(store, "_database", None)
    assert database is None or len(database._sessions) < 50


def test_columns_that_were_read_do_not_change_when_more_is_written(store: Store) -> None:
    store.write(Change(trades=part(0)))
    first = store.trades(ALL)
    copy = Trades(**{name: column.copy() for name, column in first.columns().items()})
    store.write(Change(trades=part(1)))
    store.write(Change(erase=Ranges.one(0, 0, 1 << 62)))
    store.write(Change(trades=part(2)))
    assert_same(first, copy)
    assert_same(Candles.empty(), store.candles(MINUTE, ALL))
