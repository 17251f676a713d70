"""The WebSocket connection under uvicorn, with a way to write that is not awaited.

A broadcast must cost a client little more than the system call: the frame is made once, and put
on the transport at once. The application finds the connection in its scope's extensions, under
`chandlery`. What comes in is limited here as far as the application cannot see it.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio.transports import BaseTransport
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.http11 import Request

from chandlery.api.websocket.client import Peer
from chandlery.api.websocket.frames import text_frame
from chandlery.api.websocket.limits import BAD_DATA, POLICY, TOO_BIG, Code, Limits
from chandlery.api.websocket.messages import error

EXTENSION = "chandlery"
KERNEL_BYTES = 65_536
"""What the system buffers for a client: with its own choice it would be megabytes."""
CONTROLS = 20
"""Pings and pongs that may come within a second."""
LINGER_S = 2.0
"""How long is read on, and thrown away, after a frame that broke the rules.

To close with bytes unread is to reset the connection, and the client would never see why.
"""
LIMITS = Limits()
BAD_HANDSHAKE = b"this is not the handshake of a WebSocket (RFC 6455)\n"


class Connection(WebSocketsSansIOProtocol):
    """One client's connection. `uvicorn.Config(ws=Connection)`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.heard = False
        self.write: Callable[[bytes], None] = _nowhere
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = _ALWAYS  # type: ignore[assignment]
        self._peer: Peer | None = None
        self._controls = 0
        self._controls_at = 0.0
        self._is_broken = False

    # As the hub sees it: see client.Wire

    def attach(self, peer: Peer) -> None:
        """Tell a peer from now on whether the connection takes more."""
        self._peer = peer
        if self.disconnected or self.close_sent:
            peer.gone()

    def buffered(self) -> int:
        """Return the bytes that wait in the buffer."""
        return self.transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """See Wire.close. A client that does not read any more is cut off after a while."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            return
        self._leave_peer()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self._flush()
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def trim(self) -> None:
        """Let go of what only the handshake needed: there may be very many connections."""
        del self.request, self.response
        self.scope["headers"] = []
        self.scope["state"] = {}

    # As uvicorn and the event loop see it

    @override
    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=LIMITS.buffer_bytes)
        self.write = self.transport.write
        raw = self.transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
            # asyncio does so only for sockets whose protocol is named.
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._leave_peer()
        super().connection_lost(exc)
        self.write = _nowhere

    @override
    def pause_writing(self) -> None:
        if self._peer is not None:
            self._peer.paused()

    @override
    def resume_writing(self) -> None:
        if self._peer is not None:
            self._peer.resumed()

    @override
    def data_received(self, data: bytes) -> None:
        self.heard = True
        if self._is_broken:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse_handshake()

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # A handshake without its key has been refused by now, and has no scope.
        if not self.close_sent:
            self.scope["extensions"] = {**(self.scope["extensions"] or {}), EXTENSION: self}  # type: ignore[dict-item]

    @override
    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= LIMITS.message_fragments:
            told = f"at most {LIMITS.message_fragments} fragments of a message expected"
            self._refuse(POLICY, Code.TOO_MANY_FRAGMENTS, told)
            return
        super().handle_cont(event)

    @override
    def send_receive_event_to_app(self) -> None:
        # Looked at before uvicorn does, who would log it as an error of the server.
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(self.frames):
            self._refuse(BAD_DATA, Code.NOT_UTF8, "a text message of valid UTF-8 expected")
            return
        super().send_receive_event_to_app()

    @override
    def handle_ping(self) -> None:
        if self._is_in_time():
            super().handle_ping()

    @override
    def handle_pong(self, event: Frame) -> None:
        # A sign of life, which `heard` has told already.
        self._is_in_time()

    @override
    def handle_close(self, event: Frame) -> None:
        self._leave_peer()
        super().handle_close(event)
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.close_timeout, self.transport.abort)

    @override
    def handle_parser_exception(self) -> None:
        """Say what was wrong with a frame, close, and read on until the client has seen it."""
        self._leave_peer()
        sent = self.conn.close_sent
        if sent is None or self._is_broken:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": sent.code, "reason": ""})
        if not self.close_sent:
            self.write(text_frame(self._told(sent.code)))
        self._flush()
        self.close_sent = self._is_broken = True
        self.transport.write_eof()
        if self.close_timer is None:
            self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)

    def _told(self, code: int) -> bytes:
        if code == TOO_BIG:
            told = f"at most {self.config.ws_max_size} bytes in a message expected"
            return error(Code.MESSAGE_TOO_BIG, told)
        return error(Code.BAD_FRAME, f"frames as in RFC 6455 expected: {self.conn.parser_exc}")

    def _refuse_handshake(self) -> None:
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(BAD_HANDSHAKE)}\r\n"
        kind = "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
        self.transport.write((head + kind).encode() + BAD_HANDSHAKE)
        self.transport.close()

    @override
    def shutdown(self) -> None:
        self._leave_peer()
        super().shutdown()

    def _is_in_time(self) -> bool:
        """Count a ping or a pong; refuse a flood of them."""
        now = self.loop.time()
        if now - self._controls_at >= 1.0:
            self._controls, self._controls_at = 0, now
        self._controls += 1
        if self._controls > CONTROLS:
            self._refuse(POLICY, Code.TOO_FAST, f"at most {CONTROLS} pings a second expected")
        return self._controls <= CONTROLS

    def _refuse(self, status: int, code: Code, message: str) -> None:
        if not self.close_sent:
            self.frames = []
            self.conn.data_to_send()
            self.write(text_frame(error(code, message)))
            self.close(status, code)

    def _leave_peer(self) -> None:
        if self._peer is not None:
            self._peer.gone()
            self._peer = None

    def _flush(self) -> None:
        self.transport.write(b"".join(self.conn.data_to_send()))


class Inbox:
    """What came in, for one who waits: a tenth of the memory of asyncio's queue."""

    __slots__ = ("_messages", "_waiter")

    def __init__(self) -> None:
        self._messages: deque[Any] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        """Add a message."""
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def empty(self) -> bool:
        """Return whether nothing is there."""
        return not self._messages

    async def get(self) -> Any:
        """Return the oldest message, as soon as there is one."""
        while not self._messages:
            self._messages = None
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._messages.popleft()


class _Always:
    """An event that is set: whoever writes by `send` writes little, and is not held back."""

    async def wait(self) -> bool:
        return True

    def set(self) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing."""


_ALWAYS = _Always()


def _is_text(parts: Sequence[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True


def _nowhere(frame: bytes) -> None:
    """Take what is written to a connection that is gone."""
