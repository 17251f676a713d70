"""The HTTP server: a socket that is bound before anything else, and no signals of its own."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import uvicorn
from typing_extensions import override

from chandlery.api.access import Places
from chandlery.api.access.addresses import Proxies
from chandlery.api.exchange import Application
from chandlery.api.guarded import IDLE_S, Answer, Connections, no_answer
from chandlery.api.websocket.connection import Connection
from chandlery.core.errors import ChandleryError

FINISH_S = 2
"""How long open requests may take at the end."""
BACKLOG = 16_384
"""As many as the system lets wait: thousands come back at once after a restart."""
QUEUES = 4
"""Sockets of one port. Linux lets 4,096 connections wait for each; whoever finds it full tries
again a second later, and then two, four and eight."""
MOST_CONNECTIONS = 50
"""Of one address, unless something else is said."""


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        message = f"{host} is no address to listen at: {error.strerror}"
        raise ChandleryError(message, hint="name one with --host, such as 127.0.0.1") from error
    try:
        _listen(listening, address)
    except OSError as error:
        raise _refused(host, port, error) from error
    return listening


def _listen(own: socket.socket, address: Any) -> None:
    """Have a socket listen at an address, or close it."""
    try:
        # What is left of an earlier server's connections must not keep it from the port.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # An answer goes out as head and body: without this the body waits for the head to be taken.
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        own.bind(address)
        own.listen(BACKLOG)
    except OSError:
        own.close()
        raise


@contextmanager
def queues(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Give all sockets to take connections from, the one that is bound first."""
    with ExitStack() as stack:
        first = stack.enter_context(closing(bound(host, port)))
        found = [first]
        if sys.platform == "linux":
            # Bound alone, so that a port in use is noticed, and shared from then on. Where the
            # system does not let it, one queue is enough to serve.
            with suppress(OSError):
                first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                while len(found) < QUEUES:
                    found.append(stack.enter_context(closing(beside(first))))
        yield found


def beside(first: socket.socket) -> socket.socket:
    """Return another socket that listens at the same port, which the first one shares."""
    own = socket.socket(first.family, first.type, first.proto)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    _listen(own, first.getsockname())
    return own


def url_of(listening: socket.socket) -> str:
    """Return the address to type into a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refused(host: str, port: int, error: OSError) -> ChandleryError:
    if error.errno == errno.EADDRINUSE:
        message = f"port {port} of {host} is in use by another process"
        return ChandleryError(message, hint="name another with --port, or a free one with --port 0")
    message = f"port {port} of {host} cannot be listened at: {error.strerror}"
    return ChandleryError(message, hint="name another with --port and --host")


@dataclass(frozen=True, slots=True)
class Settled:
    """What the server is told about connections."""

    connections: Places = field(default_factory=lambda: Places(MOST_CONNECTIONS))
    socket_message_bytes: int = 4_096
    quick: Answer = no_answer
    proxies: Proxies = field(default_factory=Proxies)
    """They may have any number of connections: each stands for many clients."""


class Http(uvicorn.Server):
    """Answers until `should_exit` is set."""

    def __init__(
        self, app: Application, ready: Callable[[], None], settled: Settled | None = None
    ) -> None:
        settled = settled or Settled()
        self._connections = Connections(settled.connections, settled.quick, settled.proxies)
        super().__init__(
            uvicorn.Config(
                cast(Any, app),
                http=self._connections.protocol(),
                ws=Connection,
                ws_max_size=settled.socket_message_bytes,
                # Signs of life are the hub's work: one timer for all instead of two for each.
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                # Or the event loop, which listens once more, would have its own way.
                backlog=BACKLOG,
                lifespan="off",
                log_config=None,
                access_log=False,
                # Whom to believe is decided by our own settings.
                proxy_headers=False,
                timeout_keep_alive=IDLE_S,
                timeout_graceful_shutdown=FINISH_S,
                server_header=False,
            )
        )
        self._ready = ready

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self._ready()

    @override
    async def main_loop(self) -> None:
        """Answer, and watch over the connections."""
        watching = asyncio.create_task(self._connections.watch())
        try:
            await super().main_loop()
        finally:
            watching.cancel()

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the server: the writer stops after HTTP, not with it."""
        yield
