"""The server in the foreground: from the address that is ready to an orderly end."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from typing import Any

import structlog

from chandlery.api.access import Protection
from chandlery.api.assembly import Surface, assemble
from chandlery.api.http import Http, Settled, bound, queues, url_of
from chandlery.api.operations import serve_metrics
from chandlery.api.operations.requests import tell_each
from chandlery.cli.interrupts import stopping
from chandlery.cli.running import Running, announced, reachable
from chandlery.config import Settings
from chandlery.core.columns import US
from chandlery.engine.server import Server
from chandlery.sources.source import Source

GOODBYE_S = 1.0
"""Over how long clients of the stream are let go, so that they do not all come back at once."""

KEEP_S = 300.0
"""How often the use of keys is written down."""

_log = structlog.get_logger()


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run on the fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        # It is not made for every platform.
        asyncio.run(work)
    else:
        uvloop.run(work)


SELDOM = (10_000, 20, 50)
"""How many new objects, and collections of younger ones, make each kind of collection."""


@contextmanager
def _out_of_collections() -> Iterator[None]:
    """Have the collector of cycles look no more at what is there by now: it stays to the end.

    Modules and routes are most of what it looked through, which held everybody up for 50 ms. So do
    the texts of a thousand series, which are no cycles: all of it is looked through less often.
    """
    often = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Serving:
    """One run of a server. `meanwhile` is told the address when it answers."""

    server: Server
    settings: Settings
    protection: Protection
    sources: Sequence[Source]
    meanwhile: Callable[[str], Awaitable[None]]

    async def run(self) -> None:
        """Serve until a signal comes; raises what broke the server, if anything did."""
        address = self.settings.http
        tell_each(each=self.settings.log.level == "debug")
        surface = assemble(self.server, self.settings, self.protection)
        with queues(address.host, address.port) as listening, stopping() as stop:
            answers = asyncio.Event()
            async with (
                self.server.running(self.sources) as broken,
                surface.running(),
                self._metrics(surface),
            ):
                settled = Settled(
                    self.protection.connections,
                    int(self.settings.websocket.message),
                    surface.quick.answer,
                    self.protection.guard.proxies,
                )
                http = Http(surface.front, answers.set, settled)
                work = asyncio.create_task(http.serve(listening))
                beside = asyncio.create_task(self._beside(surface, answers, url_of(listening[0])))
                stopped = asyncio.create_task(stop.wait())
                await asyncio.wait(
                    (work, stopped, beside, broken), return_when=asyncio.FIRST_COMPLETED
                )
                _log.info("stopping")
                stopped.cancel()
                beside.cancel()
                surface.operations.phase = "draining"
                await surface.hub.close(GOODBYE_S)
                http.should_exit = True
                await asyncio.gather(work, beside, stopped, return_exceptions=True)
            for part in (broken, work, beside):
                if part.done() and not part.cancelled():
                    part.result()
        _log.info("stopped")

    @asynccontextmanager
    async def _metrics(self, surface: Surface) -> AsyncIterator[None]:
        """Serve figures on a port of their own, if the settings name one."""
        port = self.settings.metrics.port
        if not port:
            yield
            return
        with closing(bound(self.settings.http.host, port)) as listening:
            async with serve_metrics(surface.operations, listening):
                yield

    async def _beside(self, surface: Surface, answers: asyncio.Event, url: str) -> None:
        await answers.wait()
        surface.operations.phase = "ready"
        keeping = asyncio.create_task(self._keep_use_of_keys())
        try:
            with self._announced(url), _out_of_collections():
                await self.meanwhile(url)
                # Whoever has said all there is to say waits with the server for its end.
                await asyncio.Event().wait()
        finally:
            keeping.cancel()

    def _announced(self, url: str) -> AbstractContextManager[None]:
        """Have commands on this machine find the server, and be let in."""
        if self.settings.store != "duckdb":
            return nullcontext()
        server = Running(
            address=reachable(url),
            pid=os.getpid(),
            started=self.server.clock.now_us() // US,
            key=self.protection.keys.lend("command line"),
        )
        return announced(self.settings.data.expanduser().absolute(), server)

    async def _keep_use_of_keys(self) -> None:
        """Write down now and then when each key was last used."""
        while True:
            await asyncio.sleep(KEEP_S)
            await self.server.ask(self.protection.keys.keep_use)
