"""A consumer that is killed and resumed at random, and a server that is restarted, end alike."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from contextlib import aclosing, suppress

import pytest

from chandlery.client import Candle, CandleTable, Lost, Resync, Snapshot
from tests.client.home import SYMBOL, Home, home

MOST = 1_000


async def consume(place: Home, table: CandleTable, is_done: Callable[[], bool]) -> None:
    """Follow a series; what is in the table is all that is left when this is killed."""
    async with place.client() as client, aclosing(client.stream([table.feed()])) as events:
        async for event in events:
            older: Iterable[Candle] = ()
            if isinstance(event, Snapshot) and table.bars < MOST:
                # It is too short. Loaded before it is taken: this may be killed while it waits.
                older = await client.candles(SYMBOL, "1m", limit=MOST)
            table.apply(event)
            table.put(older)
            if is_done():
                return


async def killed(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def turns(dice: random.Random) -> None:
    """Let others work for a moment of any length."""
    for _ in range(dice.choice((0, 1, 5, 30, 150))):
        await asyncio.sleep(0)


async def step(place: Home, dice: random.Random) -> None:
    count = dice.randint(1, 4)
    await place.trade([(dice.randint(0, 1_199), dice.randint(90, 110)) for _ in range(count)])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("bars", [2, MOST])
async def test_whoever_is_killed_and_resumed_ends_with_the_bars_of_rest(
    seed: int, bars: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - a script, no secret
    async with asyncio.timeout(30), home() as place:
        table = CandleTable(SYMBOL, "1m", bars)
        task: asyncio.Task[None] | None = None
        for _ in range(30):
            chosen = dice.random()
            if chosen < 0.55:
                await step(place, dice)
            elif chosen < 0.75:
                await killed(task)
                task = None
            elif chosen < 0.95 and task is None:
                task = asyncio.create_task(consume(place, table, lambda: False))
            elif chosen >= 0.95:
                await place.end()
                await turns(dice)
                await place.begin()
            await turns(dice)
        await place.server.live.settled()
        await killed(task)
        async with place.client() as client:
            expected = list(await client.candles(SYMBOL, "1m", limit=MOST))
        await consume(place, table, lambda: table.rows() == expected)
        assert table.rows() == expected


async def test_a_stream_survives_the_restart_of_its_server() -> None:
    async with asyncio.timeout(20), home() as place:
        await place.trade([(0, 100.0), (60, 101.0)])
        table = CandleTable(SYMBOL, "1m", MOST)
        kinds: list[type] = []
        async with place.client() as client, aclosing(client.stream([table.feed()])) as events:
            table.apply(await anext(events))
            assert [bar.c for bar in table.rows()] == [100.0, 101.0]
            await place.end()
            event = await anext(events)
            while not isinstance(event, Lost):
                event = await anext(events)
            await place.begin()
            await place.trade([(0.5, 99.0), (120, 102.0)])
            async for event in events:
                kinds.append(type(event))
                table.apply(event)
                if [bar.c for bar in table.rows()] == [99.0, 101.0, 102.0]:
                    break
        assert Resync in kinds or table.sequence is not None


async def test_the_blocking_stream_does_the_same() -> None:
    async with asyncio.timeout(20), home() as place:
        await place.trade([(0, 100.0)])
        loop, came, lost = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        table = CandleTable(SYMBOL, "1m", MOST)

        def work() -> list[float]:
            with place.blocking() as client:
                events = client.stream([table.feed()])
                for event in events:
                    table.apply(event)
                    loop.call_soon_threadsafe(came.set)
                    if isinstance(event, Lost):
                        loop.call_soon_threadsafe(lost.set)
                    if len(table) == 3:
                        events.close()
                        return [bar.c for bar in table.rows()]
                return []

        following = asyncio.create_task(asyncio.to_thread(work))
        await came.wait()
        await place.trade([(60, 101.0)])
        await place.end()
        await lost.wait()
        await place.begin()
        await place.trade([(120, 102.0)])
        assert await following == [100.0, 101.0, 102.0]
