"""A whole server for a long time, with something going wrong again and again, and read all along.

After each bad stretch the feed is live again, nothing is missing and the lag is as before, within a
bound; memory and tasks stay as they are; at the end all is there once, and candles are the fold.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import pytest

from chandlery.client import AsyncClient
from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import differences, fold
from chandlery.core.resolution import Resolution
from tests.soak.faults import KINDS, begin, stretches
from tests.soak.readers import OPTIONS, Readers
from tests.soak.stage import MARKETS, US, Stage, stage
from tests.soak.watch import Watch
from tests.sources.binance.world import columns
from tests.sources.live.fast import START
from tests.sources.live.waiting import until

WELL_AGAIN_S = 150.0
"""By the fast clock: 30 until silence is noticed, 10 for a ping, the rest to begin again."""
WARM = 0.4
"""The share of a run in which memory may still grow to what it needs."""
MOST_MB, MOST_MB_AN_HOUR = 24.0, 40.0
SPARE_S = 60.0
"""For how much longer there are trades, so that the last stretch has some too."""


@pytest.mark.early
async def test_five_minutes_of_faults_leave_nothing_behind(tmp_path: Path) -> None:
    await soaked(tmp_path, 300.0, 1, 20.0, MOST_MB)


@pytest.mark.nightly
@pytest.mark.early
async def test_an_hour_of_faults_leaves_nothing_behind(tmp_path: Path) -> None:
    await soaked(tmp_path, 3_600.0, 2, 10.0, MOST_MB_AN_HOUR)


async def soaked(folder: Path, wall_s: float, seed: int, speed: float, most_mb: float) -> None:
    """Run for so long in the world's time, on a clock that is so much faster."""
    end_s = time.perf_counter() + wall_s
    async with stage(folder, (wall_s + SPARE_S) * speed, seed, speed) as on:
        readers = Readers(on, random.Random(seed))  # noqa: S311 - chance, no secret
        reading = readers.works()
        try:
            watch, took = await through(on, seed, end_s)
            await settled(on)
            await check_followed(on, readers)
        finally:
            for each in reading:
                each.cancel()
            ended = await asyncio.gather(*reading, return_exceptions=True)
        # Shown when it fails, or with -s.
        print(report(on, watch, took, seed))  # noqa: T201
        assert [each for each in ended if not isinstance(each, asyncio.CancelledError)] == []
        assert readers.answers > wall_s / 2
        assert readers.events > wall_s
        check_stored(on)
        check_flat(watch, most_mb)
        assert took.keys() == KINDS.keys()


async def through(on: Stage, seed: int, end_s: float) -> tuple[Watch, dict[str, list[float]]]:
    """Have one bad stretch after another; return the looks, and how long each kind took to mend."""
    watch, took = Watch(), defaultdict[str, list[float]](list)
    begin(on.fake.faults, None)
    await well_again(on, "the start")
    for stretch in stretches(seed):
        if time.perf_counter() > end_s:
            return watch, took
        begin(on.fake.faults, stretch.kind)
        await on.clock.sleep(stretch.seconds)
        begin(on.fake.faults, None)
        took[stretch.kind].append(await well_again(on, stretch.kind))
        check_recent(on)
        watch.look(on.clock.elapsed())
        await on.clock.sleep(stretch.calm_s)
    raise AssertionError


async def well_again(on: Stage, kind: str) -> float:
    """Wait until all is well; return how long that took by the fast clock."""
    began_s = on.clock.elapsed()
    lags = {symbol: on.lag_s(symbol) for symbol in MARKETS}
    await until(on.clock, on.server, on.is_well, lambda: f"{kind}: {on.figures}, {lags}")
    took_s = on.clock.elapsed() - began_s
    assert took_s <= WELL_AGAIN_S, f"{kind} took {took_s:.0f} s: {on.figures}"
    return took_s


def check_recent(on: Stage) -> None:
    """What is said to be covered of the last minutes is stored."""
    now_us = on.clock.now_us()
    since_us = now_us - 300 * US
    for symbol in MARKETS:
        # First what is claimed: a commit may come between the two.
        spans = on.engine.store.coverage(on.number(symbol), "trades")
        ids = set(on.stored(symbol, since_us, now_us).id.tolist())
        recent = [(start, end) for start, end in spans if end * US > since_us]
        for time_us, id_, *_ in on.fake.coming(symbol, "aggTrade", since_us):
            if time_us >= now_us:
                break
            if any(start * US <= time_us < end * US for start, end in recent):
                assert id_ in ids, (symbol, id_)


async def settled(on: Stage) -> None:
    """Have no more trades and nothing go wrong any more, and wait until all is there."""
    on.fake.faults.until_s = 0.0
    on.fake.end()

    def is_all_there() -> bool:
        return on.is_well() and not any(on.next_us(symbol) for symbol in MARKETS)

    await until(on.clock, on.server, is_all_there, lambda: str(on.figures))


async def check_followed(on: Stage, readers: Readers) -> None:
    """Whoever followed a chart sees what whoever asks is told."""
    async with AsyncClient(on.url, options=OPTIONS) as client:
        for (symbol, interval), table in readers.tables.items():
            asked = list(await client.candles(symbol, interval, limit=50))

            def is_same() -> bool:
                return table.rows()[-50:] == asked  # noqa: B023 - used within the turn

            with suppress(AssertionError):
                await until(on.clock, on.server, is_same, str)
            assert table.rows()[-50:] == asked, (symbol, interval)


def check_stored(on: Stage) -> None:
    """Every trade is there once, candles are the fold, and of nothing is it said that it is not."""
    for symbol in MARKETS:
        number = on.number(symbol)
        stored = on.stored(symbol)
        given = [trade for trade in on.fake.given(symbol) if trade.id >= int(stored.id[0])]
        assert given[0].time_us < (START + 60) * US
        expected = columns(given, number)
        assert stored.id.tolist() == expected.id.tolist()
        for text in ("1s", "1m", "1h", "1d"):
            resolution = Resolution.parse(text)
            found = on.engine.history.candles(number, resolution, 0, 1 << 40)
            assert differences(found, fold(expected, resolution, ALWAYS_OPEN)) == [], text
    assert on.engine.store.gaps() == []


def check_flat(watch: Watch, most_mb: float) -> None:
    assert watch.growth(watch.memory, WARM) <= most_mb
    assert abs(watch.growth(watch.tasks, WARM)) <= 2


def report(on: Stage, watch: Watch, took: dict[str, list[float]], seed: int) -> str:
    """Return what it was like."""
    memory, tasks = watch.memory, watch.tasks
    grown = f"{watch.growth(memory, WARM):.1f} MB, {watch.growth(tasks, WARM):.2f} tasks"
    lines = [
        f"{kind}: {len(of)} times, well again after {max(of):.1f} s at most"
        for kind, of in sorted(took.items())
    ]
    lines += [
        f"memory: {memory[0]:.0f} MB first, {memory[-1]:.0f} MB last, {max(memory):.0f} MB most",
        f"tasks: {min(tasks)} to {max(tasks)}; grown by {grown}, in {len(memory)} looks",
        f"{dict(on.figures.counts)}",
        f"{dict(on.fake.met)}",
        f"seed {seed}",
    ]
    return "\n".join(lines)
