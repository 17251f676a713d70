"""HTTP connections that cannot be held open by clients that are slow, many, or send too much.

The framework sees a request when its head is complete; what happens before is watched here.
"""

from __future__ import annotations

import asyncio
import math
from asyncio import Transport
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from chandlery.api.access import Places
from chandlery.api.access.addresses import group_of, is_loopback
from chandlery.api.exchange import Pair

HEAD_S, BODY_S, STALLED_S, IDLE_S = 5.0, 10.0, 30.0, 60
"""How long a client may take for the head of a request, for its body, to take an answer, and
between two requests."""
BODY_BYTES_A_SECOND = 1_024
"""A body may take longer if it comes at least so fast."""
MOST_URL, MOST_HEAD = 8_192, 16_384
SWEEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a connection is refused before there is a request."""

    line: bytes
    error: str
    hint: str
    code: str

    def answer(self) -> bytes:
        """Return the whole answer."""
        told = {"error": self.error, "hint": self.hint, "code": self.code}
        body = msgspec.json.encode(told)
        return (
            b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s"
        ) % (self.line, len(body), body)


NOT_HTTP = Fault(b"400 Bad Request", "no HTTP request", "speak HTTP/1.1", "bad_request")
LONG_URL = Fault(
    b"414 URI Too Long", f"an address of at most {MOST_URL} bytes expected", "", "url_too_long"
)
LONG_HEAD = Fault(
    b"431 Request Header Fields Too Large",
    f"headers of at most {MOST_HEAD} bytes together expected",
    "",
    "headers_too_large",
)
TOO_SLOW = Fault(
    b"408 Request Timeout", f"a request within {HEAD_S:g} s expected", "send faster", "timeout"
)
TOO_MANY = Fault(
    b"503 Service Unavailable",
    "too many connections from this address",
    "use one connection for many requests",
    "too_many_connections",
)


Answer: TypeAlias = Callable[[bytes, Sequence[Pair], str, Sequence[Pair]], bytes | None]
"""Gives the whole answer to a GET from its address, headers and client, and the date to carry."""


def no_answer(url: bytes, headers: Sequence[Pair], peer: str, date: Sequence[Pair]) -> None:
    """Leave every request to the application."""


@dataclass(slots=True)
class Connections:
    """All connections, and how many each address may have."""

    places: Places
    quick: Answer
    open: set[Guarded] = field(default_factory=set)

    def protocol(self) -> type[Guarded]:
        """Return the protocol of connections that are counted here."""
        return type("Counted", (Guarded,), {"all": self})

    async def watch(self) -> None:
        """Close what is too slow, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_S)
            now = loop.time()
            for connection in tuple(self.open):
                if connection.deadline < now:
                    connection.give_up()


class Guarded(HttpToolsProtocol):
    """One connection. `uvicorn.Config(http=...)`."""

    all: Connections

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.deadline = math.inf
        self._who: str | None = None
        self._head = 0
        self._fault = NOT_HTTP
        self._is_answered = False
        self._is_idle = False

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.all.open.add(self)
        self.deadline = self.loop.time() + HEAD_S
        address = self.client[0] if self.client else ""
        who = "" if is_loopback(address) else group_of(address)
        if self.all.places.enter(who):
            self._who = who
        else:
            self._refuse(TOO_MANY)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    @override
    def handle_websocket_upgrade(self) -> None:
        self._leave()
        super().handle_websocket_upgrade()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        self._is_idle = False
        self.deadline = self.loop.time() + HEAD_S

    @override
    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MOST_URL:
            self._refuse_head(LONG_URL)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        if self._head > MOST_HEAD:
            self._refuse_head(LONG_HEAD)
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._is_answered = self._answer_quickly()
        if not self._is_answered:
            self.deadline = self.loop.time() + BODY_S
            super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self.deadline += len(body) / BODY_BYTES_A_SECOND
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self._is_answered:
            self._is_idle = True
            self.deadline = self.loop.time() + IDLE_S
        else:
            self.deadline = math.inf
            super().on_message_complete()

    @override
    def pause_writing(self) -> None:
        self.deadline = self.loop.time() + STALLED_S
        super().pause_writing()

    @override
    def resume_writing(self) -> None:
        self.deadline = math.inf
        super().resume_writing()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(self._fault)

    def give_up(self) -> None:
        """Close a connection that is too slow."""
        self.deadline = math.inf
        if not self._is_idle and self._is_free():
            self._refuse(TOO_SLOW)
        self.transport.abort()

    def _answer_quickly(self) -> bool:
        """Answer here and now, if that can be done; return whether it was."""
        is_plain = self.parser.get_method() == b"GET" and self.parser.should_keep_alive()
        if not is_plain or self.flow.write_paused or not self._is_free():
            return False
        peer = self.client[0] if self.client else ""
        whole = self.all.quick(self.url, self.headers, peer, self.server_state.default_headers)
        if whole is None:
            return False
        self.server_state.total_requests += 1
        self.transport.write(whole)
        return True

    def _is_free(self) -> bool:
        """Return whether no request is under way."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _refuse_head(self, fault: Fault) -> None:
        """End the parsing: the parser then has the fault answered."""
        self._fault = fault
        raise ValueError(fault.code)

    def _refuse(self, fault: Fault) -> None:
        if not self.transport.is_closing():
            self.transport.write(fault.answer())
            self.transport.close()

    def _leave(self) -> None:
        self.all.open.discard(self)
        self.deadline = math.inf
        if self._who is not None:
            self.all.places.leave(self._who)
            self._who = None
