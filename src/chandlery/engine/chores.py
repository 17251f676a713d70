"""Long work that somebody asks for: an audit, candles made again, a tidy file.

Each is an iterator whose steps block, so that whoever runs it may stop between two of them, shows
how far it is, and leaves room for everything else. They may run beside a live server: while a step
reads or makes candles, the roll-ups wait.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import msgspec

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import UsageError
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import BusyError
from chandlery.engine.jobs import LEASE, LEASE_S
from chandlery.engine.upkeep import maintain
from chandlery.engine.verify import Verification, verifying

PATIENCE_S = 30.0
"""How long the roll-ups may take to finish what they are at."""
LOOK_AGAIN_S = 0.02


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far an audit is."""

    done: int
    total: int


class Rolled(msgspec.Struct, frozen=True, tag="rolled"):
    """A step of making candles again."""

    rung: str
    rows: int


class Said(msgspec.Struct, frozen=True, tag="said"):
    """What was done, in words."""

    line: str


class Verified(msgspec.Struct, frozen=True, tag="verified"):
    """What an audit found; see Verification."""

    ok: bool
    trades: int
    bars: int
    dirty: int
    count: int
    differences: list[str]


Report: TypeAlias = Progress | Rolled | Said | Verified


def verify_steps(engine: Engine, clock: Clock) -> Generator[Progress | Verified]:
    """Compare every candle with its trades; the last step is the result."""
    found = Verification()
    weeks = verifying(engine, found)
    while True:
        with turn(engine, clock):
            step = next(weeks, None)
        if step is None:
            break
        yield Progress(*step)
    counts = (found.ok, found.trades, found.bars, found.dirty, found.count)
    yield Verified(*counts, found.differences)


def rebuild_range(
    engine: Engine, symbol: str, start: int | None, end: int | None
) -> tuple[int, int, int]:
    """Return the number of a market, and what of a range it has data in."""
    number = engine.registry.number(symbol)
    first, last = engine.registry.reach(number)
    low = first if start is None else max(start, first)
    high = last if end is None else min(end, last)
    if low >= high:
        message = f"nothing of {symbol} lies in that range"
        raise UsageError(message, hint="`chandlery markets` shows how far its data reaches")
    return number, low, high


def rebuild_steps(engine: Engine, clock: Clock, wanted: tuple[int, int, int]) -> Generator[Rolled]:
    """Make the candles of a range again, and whatever else is due; see `rebuild_range`."""
    engine.recorder.mark(*wanted)
    yield from rollup_steps(engine, clock)


def rollup_steps(engine: Engine, clock: Clock) -> Generator[Rolled]:
    """Make what is due now."""
    steps = engine.rollup.run(clock.now_us() // US)
    with turn(engine, clock) as keep:
        for step in steps:
            yield Rolled(str(step.rung), step.rows)
            keep()


def maintain_steps(
    engine: Engine, clock: Clock, retention: Mapping[Resolution | None, int]
) -> Generator[Said]:
    """Let go of what is past its time, sort what is loose, and checkpoint."""
    for line in maintain(engine, retention, clock.now_us() // US):
        yield Said(line)


@contextmanager
def turn(engine: Engine, clock: Clock) -> Iterator[Callable[[], None]]:
    """Have no roll-up run until the end; between steps, `keep` says that it is not over yet."""
    owner = uuid.uuid4().hex

    def keep() -> None:
        until = clock.elapsed() + PATIENCE_S
        while not engine.store.acquire(LEASE, owner, now := clock.now_us() // US, now + LEASE_S):
            if clock.elapsed() > until:
                message = f"the roll-ups are busy for {PATIENCE_S:.0f} s already"
                raise BusyError(message, hint="do it again later")
            time.sleep(LOOK_AGAIN_S)

    keep()
    try:
        yield keep
    finally:
        engine.store.release(LEASE, owner)
