"""A client that speaks frames over a bare socket, as right or as wrong as a test wants them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.api.websocket.serving import House

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The example of RFC 6455."""
MASK = bytes((0x37, 0xFA, 0x21, 0x3D))
HANDSHAKE = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}
WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it came."""

    opcode: int
    payload: bytes
    fin: bool

    @property
    def code(self) -> int | None:
        """The code of a close; None if it has none."""
        return int.from_bytes(self.payload[:2]) if self.payload else None


def frame(  # noqa: PLR0913 - each is a part of a frame that a test may want otherwise
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    mask: bytes | None = MASK,
    length: bytes | None = None,
) -> bytes:
    """Return a frame; `length` stands for what its length is encoded as."""
    head = bytes(((0x80 if fin else 0) | reserved << 4 | opcode,))
    size = shortest(len(payload)) if length is None else length
    size = bytes((size[0] | (0x80 if mask is not None else 0),)) + size[1:]
    if mask is None:
        return head + size + payload
    return head + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def shortest(size: int) -> bytes:
    """Return a length as the rules want it."""
    if size < 126:
        return bytes((size,))
    return b"\x7e" + size.to_bytes(2) if size < 1 << 16 else b"\x7f" + size.to_bytes(8)


def close(code: int, reason: bytes = b"") -> bytes:
    """Return the frame that closes."""
    return frame(CLOSE, code.to_bytes(2) + reason)


@dataclass(frozen=True, slots=True)
class Raw:
    """A connection after its handshake."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)

    async def next(self) -> Frame | None:
        """Return the next frame; None at the end."""
        try:
            async with asyncio.timeout(WITHIN_S):
                first, size = await self.reader.readexactly(2)
                assert not size & 0x80, "a server's frames are not masked"
                if size >= 126:
                    size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8))
                payload = await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        assert not first & 0x70, "no extension was agreed on"
        return Frame(first & 0x0F, payload, bool(first & 0x80))

    async def message(self) -> dict[str, Any]:
        """Return the next message."""
        found = await self.next()
        assert found is not None
        assert (found.opcode, found.fin) == (TEXT, True)
        return msgspec.json.decode(found.payload, type=dict[str, Any])

    async def end(self) -> int | None:
        """Return the code the server closes with; -1 if it ends without a close."""
        code: int | None = -1
        while (found := await self.next()) is not None:
            assert code == -1, "nothing comes after a close"
            if found.opcode == CLOSE:
                code = found.code
        return code


@asynccontextmanager
async def raw(house: House) -> AsyncIterator[Raw]:
    """Connect, and read the greeting."""
    head, own = await handshake(house)
    assert head.startswith("HTTP/1.1 101 "), head
    assert (await own.message())["type"] == "hello"
    try:
        yield own
    finally:
        own.writer.transport.abort()


async def handshake(
    house: House, first: str = "GET /ws HTTP/1.1", headers: dict[str, str] | None = None
) -> tuple[str, Raw]:
    """Ask for a WebSocket; return the head of the answer."""
    port = int(house.url.split(":")[2].removesuffix("/ws"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{name}: {value}" for name, value in (headers or HANDSHAKE).items()]
    writer.write(("\r\n".join([first, *lines]) + "\r\n\r\n").encode("latin-1"))
    async with asyncio.timeout(WITHIN_S):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError as cut:
            head = cut.partial.decode("latin-1")
    return head, Raw(reader, writer)
