"""Law 3: a process killed at any moment loses nothing it acknowledged and counts nothing twice."""

from __future__ import annotations

import random
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from chandlery.core.delivery import Delivery
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.verify import verify
from chandlery.formats import trades_file
from tests.crash import trades
from tests.crash.victim import NOW_US, SOURCE, open_engine

ROOT = Path(__file__).parents[2]
PREFILLED = 120
LONGEST_S = 0.35
"""How long after its first words a victim may live: long enough for commits and checkpoints."""

WORK = ("ingest", "roll-up", "rebuild", "compact")


def killed(mode: str, folder: Path, chance: random.Random) -> list[str]:
    """Start a victim, let it live a random while, kill it, and return what it said."""
    command = [sys.executable, "-m", "tests.crash.victim", mode, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as victim:
        assert victim.stdout is not None
        assert victim.stderr is not None
        first = victim.stdout.readline()
        assert first == "ready\n", victim.stderr.read()
        said = list(_lines_for(victim, chance.uniform(0, LONGEST_S)))
        victim.kill()
        rest = victim.stdout.read()
        errors = victim.stderr.read()
        assert not errors, errors
    # The last line may be torn: what is not a whole line was never said.
    return ("".join(said) + rest).split("\n")[:-1]


def _lines_for(victim: subprocess.Popen[str], seconds: float) -> Iterator[str]:
    """Read what the victim says until its time is up, so that it never waits for a full pipe."""
    assert victim.stdout is not None
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(victim.stdout, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0:
            if selector.select(left):
                yield victim.stdout.readline()


def prefill(folder: Path) -> None:
    engine = open_engine(folder)
    for number in range(PREFILLED):
        delivery = Delivery(trades.batch(number), positions={SOURCE: str(number + 1)})
        engine.recorder.record(delivery, NOW_US)
    engine.store.close()


def stored_ids(engine: Engine) -> list[int]:
    every = [engine.history.trades(market, 0, NOW_US).id for market in range(trades.MARKETS)]
    return sorted(np.concatenate(every).tolist())


def assert_whole(folder: Path, acknowledged: int) -> None:
    """Assert that the batches up to a position are stored once, and every candle is their fold."""
    engine = open_engine(folder)
    position = int(engine.store.positions().get(SOURCE, 0))
    assert position >= acknowledged
    assert stored_ids(engine) == list(range(position * trades.ROWS))
    found = verify(engine)
    assert found.ok, found.differences
    assert found.trades == position * trades.ROWS
    engine.store.close()


def run(mode: str, folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    prefill(folder)
    acknowledged = PREFILLED
    for number in range(kills):
        said = killed(mode, folder, chance)
        numbers = [int(line.split()[1]) for line in said if line.startswith("acknowledged")]
        acknowledged = max([acknowledged, *numbers])
        try:
            assert_whole(folder, acknowledged)
        except AssertionError as error:
            message = f"after kill {number + 1} of {mode}, seed {seed}"
            raise AssertionError(message) from error


def import_killed(file: Path, folder: Path, seconds: float | None) -> None:
    """Import with the command line, and kill it after some seconds."""
    command = [sys.executable, "-m", "chandlery", "import", str(file), "--data", str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as victim:
        try:
            said, _ = victim.communicate(timeout=seconds)
            assert victim.returncode == 0, said
        except subprocess.TimeoutExpired:
            victim.kill()


def run_imports(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    folder.mkdir(exist_ok=True)
    rows = Trades.concat(trades.batch(number) for number in range(1_500))
    file = folder / "trades.csv"
    with trades_file(file, {n: f"TEST:M{n}" for n in range(trades.MARKETS)}) as writer:
        writer.write(rows)
    for number in range(kills):
        import_killed(file, folder / "data", chance.uniform(0.5, 2.5))
        if not (folder / "data" / "chandlery.duckdb").exists():
            continue
        engine = open_engine(folder / "data")
        ids, found = stored_ids(engine), verify(engine)
        engine.store.close()
        assert len(set(ids)) == len(ids), f"kill {number + 1}, seed {seed}"
        assert found.ok, (f"kill {number + 1}, seed {seed}", found.differences)
    import_killed(file, folder / "data", None)
    engine = open_engine(folder / "data")
    assert stored_ids(engine) == list(range(len(rows)))
    assert verify(engine).ok
    engine.store.close()


def test_a_killed_import_is_completed_by_the_next(tmp_path: Path) -> None:
    run_imports(tmp_path, kills=5, seed=random.SystemRandom().randrange(10**6))


@pytest.mark.nightly
def test_many_killed_imports_are_completed(tmp_path: Path) -> None:
    run_imports(tmp_path, kills=50, seed=random.SystemRandom().randrange(10**6))


@pytest.mark.parametrize("mode", WORK)
def test_a_kill_loses_nothing_and_doubles_nothing(mode: str, tmp_path: Path) -> None:
    run(mode, tmp_path, kills=4, seed=random.SystemRandom().randrange(10**6))


@pytest.mark.nightly
@pytest.mark.parametrize("mode", WORK)
def test_many_kills_lose_nothing_and_double_nothing(mode: str, tmp_path: Path) -> None:
    run(mode, tmp_path, kills=50, seed=random.SystemRandom().randrange(10**6))
