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
from chandlery.api.access.addresses import Proxies, group_of, is_loopback
from chandlery.api.exchange import SAFETY, Pair

HEAD_S, BODY_S, STALLED_S, IDLE_S = 5.0, 10.0, 30.0, 60
"""How long a client may take for the head of a request, for its body, to take an answer, and
between two requests."""
REFUSED_S = 1.0
"""How long a client may take to hear that it is refused."""
BODY_BYTES_A_SECOND = 1_024
"""A body may take longer if it comes at least so fast."""
MOST_URL, MOST_HEAD = 8_192, 16_384
SWEEP_S = 1.0

_SAFE = b"".join(b"%s: %s\r\n" % pair for pair in SAFETY)


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
            b"HTTP/1.1 %s\r\n%scontent-type: application/json\r\ncontent-length: %d\r\n"
            b"cache-control: no-store\r\nconnection: close\r\n\r\n%s"
        ) % (self.line, _SAFE, len(body), body)


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
    proxies: Proxies
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
        self._until = math.inf
        self._stalled_until = math.inf
        self._who: str | None = None
        self._head = 0
        self._unread = 0
        self._fault = NOT_HTTP
        self._is_answered = False
        self._answering: RequestResponseCycle | None = None
        """What is being answered while later requests wait: uvicorn knows only the last of them."""
        # Browsers open connections ahead of need: one that never asked is closed without a word.
        self._is_idle = True
        self._is_whole = True

    @property
    def deadline(self) -> float:
        """The moment at which to give up."""
        return min(self._until, self._stalled_until)

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.all.open.add(self)
        self._wait(HEAD_S)
        address = self.client[0] if self.client else ""
        is_free = is_loopback(address) or self.all.proxies.trusts(address)
        who = "" if is_free else group_of(address)
        if self.all.places.enter(who):
            self._who = who
        else:
            self._refuse(TOO_MANY)

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes in. What makes no part of a request complete is kept, so it is bounded."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MOST_HEAD:
            self._refuse(LONG_HEAD)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        if self._answering is not None:
            # Or it would write to what is closed, and that be logged as an error.
            self._answering.disconnected = True
        super().connection_lost(exc)

    @override
    def handle_websocket_upgrade(self) -> None:
        self._leave()
        super().handle_websocket_upgrade()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = self._unread = 0
        self._is_idle = self._is_whole = False
        if self._is_free():
            self._wait(HEAD_S)

    @override
    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MOST_URL:
            self._refuse_head(LONG_URL)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._unread = 0
        self._head += len(name) + len(value)
        if self._head > MOST_HEAD:
            self._refuse_head(LONG_HEAD)
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._unread = 0
        self._is_answered = self._answer_quickly()
        if not self._is_answered:
            if self._is_free():
                self._wait(BODY_S)
            elif self._answering is None:
                self._answering = self.cycle
            super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._unread = 0
        if not self._is_free():
            self._until += len(body) / BODY_BYTES_A_SECOND
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._unread = 0
        self._is_whole = True
        if self._is_free():
            self._rest()
        else:
            self._until = math.inf
        if not self._is_answered:
            super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        """Go on to the next request, which may have begun to come."""
        self._answering = self.pipeline[-1][0] if self.pipeline else None
        super().on_response_complete()
        if not self._is_whole:
            self._wait(BODY_S)
        elif self._is_free():
            self._rest()

    @override
    def pause_writing(self) -> None:
        self._stalled_until = self.loop.time() + STALLED_S
        super().pause_writing()

    @override
    def resume_writing(self) -> None:
        self._stalled_until = math.inf
        super().resume_writing()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(self._fault)

    def give_up(self) -> None:
        """Close a connection that is too slow."""
        if self._is_idle or self.flow.write_paused or self.transport.is_closing():
            self.transport.abort()
        else:
            self._refuse(TOO_SLOW)

    def _answer_quickly(self) -> bool:
        """Answer here and now, if that can be done; return whether it was."""
        if not self._is_plain() or self.flow.write_paused or not self._is_free():
            return False
        peer = self.client[0] if self.client else ""
        whole = self.all.quick(self.url, self.headers, peer, self.server_state.default_headers)
        if whole is None:
            return False
        self.server_state.total_requests += 1
        self.transport.write(whole)
        return True

    def _is_plain(self) -> bool:
        """Return whether this is a GET that wants nothing but its answer."""
        return (
            self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )

    def _is_free(self) -> bool:
        """Return whether no request is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _refuse_head(self, fault: Fault) -> None:
        """End the parsing: the parser then has the fault answered."""
        self._fault = fault
        raise ValueError(fault.code)

    def _refuse(self, fault: Fault) -> None:
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or not cycle.response_started or cycle.response_complete:
            # Not in the midst of another answer.
            self.transport.write(fault.answer())
        self._wait(REFUSED_S)
        self.transport.close()

    def _wait(self, seconds: float) -> None:
        self._until = self.loop.time() + seconds

    def _rest(self) -> None:
        """Wait for the next request, or for the answer to be taken if it was the last."""
        self._is_idle = True
        self._wait(STALLED_S if self.transport.is_closing() else IDLE_S)

    def _leave(self) -> None:
        self.all.open.discard(self)
        self._until = self._stalled_until = math.inf
        if self._who is not None:
            self.all.places.leave(self._who)
            self._who = None
