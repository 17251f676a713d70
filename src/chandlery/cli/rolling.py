"""Roll-ups with progress, until done or stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from chandlery.cli.progress import Shown
from chandlery.engine.chores import Rolled
from chandlery.engine.engine import Engine


async def roll_up(engine: Engine, until: int, shown: Shown, stop: asyncio.Event) -> int:
    """Make all bars that are due; return how many were written."""
    steps = (Rolled(str(step.rung), step.rows) for step in engine.rollup.run(until))
    return await followed(steps, shown, stop)


async def followed(steps: Iterator[Rolled], shown: Shown, stop: asyncio.Event) -> int:
    """Show the steps as they are done; return how many bars were written.

    Stopping between two steps loses nothing: what is left is made by the next run, or read from
    the trades until then.
    """
    rows = 0
    shown.begin("rolling up")
    shown.expect(None)
    shown.reach(0, 0)
    while not stop.is_set():
        step = await asyncio.to_thread(next, steps, None)
        if step is None:
            break
        rows += step.rows
        shown.begin(f"rolling up {step.rung}")
        shown.advance(1, step.rows)
    return rows
