"""Run in a process of its own: a store whose disk is full for a while. Tells what happened as JSON.

`python -m tests.stores.full_disk FOLDER SCENARIO`; a limit on the size of files is the full disk.
"""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import numpy as np
from typing_extensions import override

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import differences, fold
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.errors import StoreError
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import Ingest
from chandlery.stores import Interval
from chandlery.stores.duckdb import DuckDBStore
from tests.engine.builders import MINUTE, START, HandClock

ALL = Interval(0, 1 << 62)
SEED, SMALL, LARGE = 200_000, 1_000, 100_000
READERS = 3


def numbered(first: int, count: int) -> Delivery:
    """Return trades that do not compress well, a millisecond apart."""
    random = np.random.default_rng(first)
    ids = np.arange(first, first + count)
    trades = Trades.of(
        market=np.zeros(count),
        time=START * US + ids * 1_000,
        price=random.random(count) + 1,
        size=random.random(count) + 1,
        side=np.ones(count),
        sequence=np.zeros(count),
        id=ids,
    )
    return Delivery(trades)


class Disk:
    """Lets files grow, or not."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def fill(self, room: int) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.file.stat().st_size + room, hard))

    def free(self) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


class Readers:
    """Threads that read all the time and note what fails."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.errors: list[str] = []
        self.reads = 0
        self._stop = Event()
        self._threads = [Thread(target=self._read) for _ in range(READERS)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                self.engine.history.newest(0, MINUTE, 10)
                self.engine.history.newest_trades(0, 10)
                self.engine.store.count(None, ALL)
                self.reads += 1
            except Exception as error:  # noqa: BLE001 - all that a reader meets is told
                self.errors.append(repr(error))

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


class Attempts(HandClock):
    """A clock that tells when the writer reads it: before each attempt, and after the last."""

    def __init__(self, attempt: Callable[[], None]) -> None:
        super().__init__()
        self.attempt = attempt

    @override
    def elapsed(self) -> float:
        self.attempt()
        return super().elapsed()


class Run:
    """One store, its writer, and what was acknowledged."""

    def __init__(self, folder: Path) -> None:
        file = folder / "market.duckdb"
        self.store = DuckDBStore(file)
        self.engine = Engine(self.store)
        self.engine.registry.add_symbol("X:BTCUSDT")
        self.disk = Disk(file)
        clock = Attempts(self._free_when_failing)
        self.ingest = Ingest(self.engine.recorder, clock, lambda recorded: None)
        self.next = 0
        self.submitted: list[Trades] = []
        self.told: dict[str, object] = {"raised": []}

    def _free_when_failing(self) -> None:
        if self.ingest.figures.failing:
            self.told.setdefault("failing", self.ingest.figures.failing)
            self.disk.free()

    async def submit(self, count: int) -> None:
        first, self.next = self.next, self.next + count
        delivery = numbered(first, count)
        self.submitted.append(delivery.trades)
        receipt = await self.ingest.submit(delivery)
        assert receipt.accepted + len(receipt.repeats) == count

    def checkpoint(self) -> None:
        try:
            self.store.checkpoint()
        except StoreError as error:
            raised = self.told["raised"]
            assert isinstance(raised, list)
            raised.append([type(error).__name__, error.retryable, error.message])

    def tell(self, readers: Readers) -> None:
        """Compare what is stored with what was acknowledged, also after a restart."""
        self.store.close()
        store = DuckDBStore(self.disk.file)
        stored, expected = store.trades(ALL), Trades.concat(self.submitted)
        history = Engine(store).history
        bars = history.candles(0, MINUTE, 0, 1 << 40)
        self.told |= {
            "acknowledged": self.next,
            "stored": len(stored),
            "unique": len(set(stored.id.tolist())),
            "different": len(differences(bars, fold(expected, MINUTE, ALWAYS_OPEN))),
            "reopened": self.store.reopened,
            "reads": readers.reads,
            "errors": readers.errors[:5],
            "failures": self.ingest.figures.failures,
        }
        store.close()


async def checkpoint_fails(run: Run) -> None:
    """The file cannot grow, so folding the log into it fails half way, again and again."""
    run.disk.fill(100_000)
    for _ in range(40):
        await run.submit(SMALL)
    for _ in range(3):
        await asyncio.to_thread(run.checkpoint)
        await run.submit(SMALL)
    run.disk.free()
    await asyncio.to_thread(run.checkpoint)
    await run.submit(LARGE)


async def commit_fails(run: Run) -> None:
    """The log cannot grow, so a large commit fails until there is space again."""
    run.disk.fill(0)
    await run.submit(LARGE)
    run.told["failing after"] = run.ingest.figures.failing
    await run.submit(SMALL)


async def commits_fail_at_the_automatic_checkpoint(run: Run) -> None:
    """DuckDB folds the log in by itself once it is 16 MB long: the disk is full then."""
    for _ in range(18):
        await run.submit(SEED // 2)
    run.disk.fill(10_000)
    for _ in range(20):
        await run.submit(SMALL * 20)


SCENARIOS = {
    "checkpoint": checkpoint_fails,
    "commit": commit_fails,
    "automatic": commits_fail_at_the_automatic_checkpoint,
}


async def main(folder: str, scenario: str) -> None:
    run = Run(Path(folder))
    writing = asyncio.create_task(run.ingest.run())
    await run.submit(SEED)
    run.store.checkpoint()
    readers = Readers(run.engine)
    try:
        await SCENARIOS[scenario](run)
    finally:
        run.disk.free()
        readers.stop()
        await run.ingest.close()
        await writing
    run.tell(readers)
    sys.stdout.write(json.dumps(run.told))


if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    asyncio.run(main(sys.argv[1], sys.argv[2]))
