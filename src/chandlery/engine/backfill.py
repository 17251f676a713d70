"""The past fetched from where it is kept, beside everything else: bars or trades, resumable."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol, runtime_checkable

from chandlery.engine.chores import Progress, Said
from chandlery.engine.server import Server
from chandlery.sources.source import Source


@runtime_checkable
class Measured(Protocol):
    """A source that knows how far it is."""

    @property
    def fetched_s(self) -> int:
        """Seconds that have been fetched."""
        ...

    @property
    def wanted_s(self) -> int:
        """Seconds there were to fetch."""
        ...


async def backfilling(server: Server, sources: Sequence[Source]) -> AsyncGenerator[Progress | Said]:
    """Have sources that end read to their end, saying how far it is after each commit.

    What is durable stays, whenever it is left off; begun again it goes on from there.
    """
    before = server.ingest.figures.accepted
    for source in sources:
        async with aclosing(server.pull(source)) as written:
            async for _ in written:
                if isinstance(source, Measured):
                    yield Progress(source.fetched_s, source.wanted_s)
        seconds = source.fetched_s if isinstance(source, Measured) else 0
        yield Said(f"{source.name}: {seconds:,} seconds fetched")
    trades = server.ingest.figures.accepted - before
    if trades:
        yield Said(f"{trades:,} trades stored")
