"""The HTTP server: a socket that is bound before anything else, and no signals of its own."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from litestar import Litestar
from typing_extensions import override

from chandlery.core.errors import ChandleryError

FINISH_S = 2
"""How long open requests may take at the end."""
BACKLOG = 2_048


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
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise _refused(host, port, error) from error
    return listening


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


class Http(uvicorn.Server):
    """Answers until `should_exit` is set."""

    def __init__(self, app: Litestar, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                cast(Any, app),
                lifespan="off",
                log_config=None,
                access_log=False,
                ws_per_message_deflate=False,
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

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the server: the writer stops after HTTP, not with it."""
        yield
