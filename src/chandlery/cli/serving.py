"""The server in the foreground: from the address that is ready to an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import structlog

from chandlery.api.app import create_app
from chandlery.api.http import Http, bound, url_of
from chandlery.cli.interrupts import stopping
from chandlery.config import Http as Address
from chandlery.engine.server import Server
from chandlery.sources.source import Source

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Serving:
    """One run of a server. `meanwhile` is told the address when it answers."""

    server: Server
    address: Address
    sources: Sequence[Source]
    meanwhile: Callable[[str], Awaitable[None]]

    async def run(self) -> None:
        """Serve until a signal comes; raises what broke the server, if anything did."""
        with closing(bound(self.address.host, self.address.port)) as listening, stopping() as stop:
            answers = asyncio.Event()
            async with self.server.running(self.sources) as broken:
                http = Http(create_app(self.server), answers.set)
                work = asyncio.create_task(http.serve([listening]))
                beside = asyncio.create_task(self._beside(answers, url_of(listening)))
                stopped = asyncio.create_task(stop.wait())
                await asyncio.wait(
                    (work, stopped, beside, broken), return_when=asyncio.FIRST_COMPLETED
                )
                _log.info("stopping")
                stopped.cancel()
                beside.cancel()
                http.should_exit = True
                await asyncio.gather(work, beside, stopped, return_exceptions=True)
            for part in (broken, work, beside):
                if part.done() and not part.cancelled():
                    part.result()
        _log.info("stopped")

    async def _beside(self, answers: asyncio.Event, url: str) -> None:
        await answers.wait()
        await self.meanwhile(url)
        # Whoever has said all there is to say waits with the server for its end.
        await asyncio.Event().wait()
