"""The frames and the handshake of RFC 6455, each rule kept and broken over a bare socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from tests.api.websocket.raw import (
    ACCEPT,
    BINARY,
    CLOSE,
    CONT,
    HANDSHAKE,
    PING,
    PONG,
    TEXT,
    close,
    frame,
    handshake,
    raw,
    shortest,
)
from tests.api.websocket.serving import House, serving

MOST = 4_096
ASK, EURO = b'{"op":"ping"}', '{"op":"ping","id":"€"}'.encode()
CUT = EURO.index(b"\xe2") + 1
"""Within the character of three bytes."""

PROTOCOL_ERROR, NOT_TEXT, BAD_DATA, TOO_BIG = 1002, 1003, 1007, 1009

BROKEN: dict[str, tuple[bytes, int]] = {
    "no mask": (frame(TEXT, ASK, mask=None), PROTOCOL_ERROR),
    "a ping without mask": (frame(PING, mask=None), PROTOCOL_ERROR),
    **{f"opcode {o}": (frame(o), PROTOCOL_ERROR) for o in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    **{
        f"reserved bits {bits} of opcode {opcode}": (
            frame(opcode, b"{}", reserved=bits),
            PROTOCOL_ERROR,
        )
        for bits in (1, 2, 4, 7)
        for opcode in (TEXT, PING)
    },
    "an end without a beginning": (frame(CONT, b"x"), PROTOCOL_ERROR),
    "a middle without a beginning": (frame(CONT, b"x", fin=False), PROTOCOL_ERROR),
    "text within text": (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), PROTOCOL_ERROR),
    "bytes within text": (frame(TEXT, b"{", fin=False) + frame(BINARY, b"}"), PROTOCOL_ERROR),
    "a ping in parts": (frame(PING, fin=False), PROTOCOL_ERROR),
    "a pong in parts": (frame(PONG, fin=False), PROTOCOL_ERROR),
    "a close in parts": (frame(CLOSE, fin=False), PROTOCOL_ERROR),
    "a long ping": (frame(PING, bytes(126)), PROTOCOL_ERROR),
    "a long pong": (frame(PONG, bytes(126)), PROTOCOL_ERROR),
    "a long close": (close(1000, b"x" * 124), PROTOCOL_ERROR),
    "a long ping announced": (frame(PING, length=b"\x7f" + (1 << 40).to_bytes(8)), TOO_BIG),
    "a close of one byte": (frame(CLOSE, b"\x03"), PROTOCOL_ERROR),
    "a reason of bad UTF-8": (close(1000, b"\xff"), BAD_DATA),
    "bad UTF-8": (frame(TEXT, b'"\xff"'), BAD_DATA),
    "a surrogate": (frame(TEXT, b'"\xed\xa0\x80"'), BAD_DATA),
    "an overlong slash": (frame(TEXT, b'"\xc0\xaf"'), BAD_DATA),
    "beyond Unicode": (frame(TEXT, b'"\xf4\x90\x80\x80"'), BAD_DATA),
    "half a character": (frame(TEXT, EURO[:CUT]), BAD_DATA),
    "half a character in parts": (
        frame(TEXT, EURO[:CUT], fin=False) + frame(CONT, EURO[CUT : CUT + 1]),
        BAD_DATA,
    ),
    "a character broken between parts": (
        frame(TEXT, EURO[:CUT], fin=False) + frame(CONT, b"\x28\xa1"),
        BAD_DATA,
    ),
    "bytes": (frame(BINARY, ASK), NOT_TEXT),
    "bytes in parts": (frame(BINARY, b"{", fin=False) + frame(CONT, b"}"), NOT_TEXT),
    "no bytes": (frame(BINARY), NOT_TEXT),
    **{
        f"{size} bytes": (frame(TEXT, b" " * size), TOO_BIG)
        for size in (MOST + 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 20)
    },
    "too big in parts": (
        frame(TEXT, b" " * MOST, fin=False) + frame(CONT, b" ", fin=False),
        TOO_BIG,
    ),
    **{
        f"{size} bytes announced": (
            frame(TEXT, length=b"\x7f" + size.to_bytes(8)),
            TOO_BIG,
        )
        for size in (MOST + 1, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
    },
    "too many parts": (
        frame(TEXT, b"{", fin=False) + frame(CONT, b" ", fin=False) * 16,
        1008,
    ),
}
"""What is sent, and the code that the server closes with."""

NAMES = {
    PROTOCOL_ERROR: "bad_frame",
    NOT_TEXT: "not_text",
    1008: "too_many_fragments",
    TOO_BIG: "message_too_big",
}

TAKEN: dict[str, bytes] = {
    "whole": frame(TEXT, ASK),
    "masked with nothing": frame(TEXT, ASK, mask=bytes(4)),
    "in two parts": frame(TEXT, ASK[:3], fin=False) + frame(CONT, ASK[3:]),
    "in single bytes": frame(TEXT, ASK[:1], fin=False)
    + b"".join(frame(CONT, ASK[i : i + 1], fin=False) for i in range(1, len(ASK)))
    + frame(CONT),
    "with empty parts": frame(TEXT, fin=False) + frame(CONT, fin=False) + frame(CONT, ASK),
    "a character across parts": frame(TEXT, EURO[:CUT], fin=False) + frame(CONT, EURO[CUT:]),
    **{f"of {size} bytes": frame(TEXT, ASK.ljust(size)) for size in (125, 126, 127, 128, MOST)},
    "of most bytes in parts": frame(TEXT, ASK, fin=False) + frame(CONT, b" " * (MOST - len(ASK))),
    "of a length longer than need be": frame(TEXT, ASK, length=b"\x7f" + len(ASK).to_bytes(8)),
}
"""Ways to send a `ping` message, each of which is answered."""

MAY_CLOSE = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999)
MAY_NOT_CLOSE = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)


@pytest.fixture
async def house(caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """A server that is as well as before at the end, and has logged no error."""
    async with serving() as ours:
        yield ours
        async with raw(ours) as other:
            other.send(frame(TEXT, ASK))
            assert (await other.message())["type"] == "pong"
            other.send(close(1000))
            assert await other.end() == 1000
        async with asyncio.timeout(5):
            while ours.hub.clients:  # noqa: ASYNC110 - the end of a connection is no event of ours
                await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


@pytest.mark.parametrize("name", BROKEN)
async def test_a_rule_that_is_broken_closes_with_its_code(house: House, name: str) -> None:
    data, code = BROKEN[name]
    async with raw(house) as client:
        client.send(data)
        told = await client.message()
        assert told["type"] == "error"
        expected = NAMES.get(code, "not_utf8" if code == BAD_DATA else "")
        assert told["code"] in (expected, "bad_frame")
        client.send(frame(TEXT, ASK) * 3 + bytes(1_000))
        assert await client.end() == code


@pytest.mark.parametrize("name", TAKEN)
async def test_a_message_may_be_sent(house: House, name: str) -> None:
    async with raw(house) as client:
        client.send(TAKEN[name])
        assert (await client.message())["type"] == "pong"


async def test_bytes_may_come_one_by_one(house: House) -> None:
    async with raw(house) as client:
        for byte in TAKEN["of 126 bytes"] + TAKEN["in two parts"]:
            client.send(bytes((byte,)))
            await client.writer.drain()
            await asyncio.sleep(0)
        assert [(await client.message())["type"] for _ in range(2)] == ["pong"] * 2


@pytest.mark.parametrize("size", [0, 1, 124, 125])
async def test_a_ping_is_answered_with_what_it_said(house: House, size: int) -> None:
    async with raw(house) as client:
        said = Random(size).randbytes(size)  # noqa: S311 - only variety is wanted
        client.send(frame(PING, said))
        answer = await client.next()
        assert answer is not None
        assert (answer.opcode, answer.payload, answer.fin) == (PONG, said, True)


async def test_pings_and_pongs_may_come_between_the_parts_of_a_message(house: House) -> None:
    async with raw(house) as client:
        client.send(frame(TEXT, ASK[:5], fin=False) + frame(PONG, b"never asked for"))
        client.send(frame(PING, b"now") + frame(CONT, ASK[5:]))
        answer = await client.next()
        assert answer is not None
        assert (answer.opcode, answer.payload) == (PONG, b"now")
        assert (await client.message())["type"] == "pong"


async def test_a_close_may_come_between_the_parts_of_a_message(house: House) -> None:
    async with raw(house) as client:
        client.send(frame(TEXT, ASK[:5], fin=False) + close(1001, b"away"))
        # The library that reads frames takes the message that never ended for an error.
        assert await client.end() in (1001, PROTOCOL_ERROR)


@pytest.mark.parametrize("code", MAY_CLOSE)
async def test_a_close_is_answered_with_its_code(house: House, code: int) -> None:
    async with raw(house) as client:
        client.send(close(code, "Auf Wiederséhen".encode()) + frame(TEXT, ASK))
        assert await client.end() == code


async def test_a_close_without_a_code_is_answered_without_one(house: House) -> None:
    async with raw(house) as client:
        client.send(frame(CLOSE))
        assert await client.end() is None


@pytest.mark.parametrize("code", MAY_NOT_CLOSE)
async def test_a_code_that_may_not_be_sent_is_an_error(house: House, code: int) -> None:
    async with raw(house) as client:
        client.send(close(code))
        assert await client.end() == PROTOCOL_ERROR


async def test_whoever_reads_on_after_a_big_message_is_told(house: House) -> None:
    """Closing with bytes unread resets a connection, and what was told is lost with it."""
    async with raw(house) as client:
        client.send(frame(TEXT, b" " * (1 << 22)))
        await client.writer.drain()
        assert (await client.message())["code"] == "message_too_big"
        assert await client.end() == TOO_BIG


WITHOUT = {name: {k: v for k, v in HANDSHAKE.items() if k != name} for name in HANDSHAKE}
REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    "no key": ("GET /ws HTTP/1.1", WITHOUT["Sec-WebSocket-Key"]),
    "a short key": ("GET /ws HTTP/1.1", HANDSHAKE | {"Sec-WebSocket-Key": "AAAA"}),
    "a key that is no base64": ("GET /ws HTTP/1.1", HANDSHAKE | {"Sec-WebSocket-Key": "*" * 24}),
    "no version": ("GET /ws HTTP/1.1", WITHOUT["Sec-WebSocket-Version"]),
    "version 8": ("GET /ws HTTP/1.1", HANDSHAKE | {"Sec-WebSocket-Version": "8"}),
    "two versions": ("GET /ws HTTP/1.1", HANDSHAKE | {"Sec-WebSocket-Version": "13, 8"}),
    "no upgrade": ("GET /ws HTTP/1.1", WITHOUT["Upgrade"]),
    "no connection": ("GET /ws HTTP/1.1", WITHOUT["Connection"]),
    "another upgrade": ("GET /ws HTTP/1.1", HANDSHAKE | {"Upgrade": "h2c"}),
    "post": ("POST /ws HTTP/1.1", HANDSHAKE),
    "another protocol": ("GET /ws HTTP/2.7", HANDSHAKE),
    "a body": ("GET /ws HTTP/1.1", HANDSHAKE | {"Content-Length": "5"}),
    "a body in chunks": ("GET /ws HTTP/1.1", HANDSHAKE | {"Transfer-Encoding": "chunked"}),
    "many headers": ("GET /ws HTTP/1.1", HANDSHAKE | {f"X{n}": "1" for n in range(200)}),
    "a long header": ("GET /ws HTTP/1.1", HANDSHAKE | {"X": "a" * 9_000}),
    "another path": ("GET /ws/ HTTP/1.1", HANDSHAKE),
}
ACCEPTED: dict[str, dict[str, str]] = {
    "plain": HANDSHAKE,
    "in other cases": HANDSHAKE | {"Upgrade": "WebSocket", "Connection": "keep-alive, upgrade"},
    "with extensions": HANDSHAKE
    | {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits, x-own"},
    "with protocols": HANDSHAKE | {"Sec-WebSocket-Protocol": "chat, superchat"},
    "with bytes beyond ASCII": HANDSHAKE | {"X-Name": "\xe9\xff"},
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_handshake_that_is_none_is_refused(house: House, name: str) -> None:
    head, client = await handshake(house, *REFUSED[name])
    client.writer.close()
    assert 400 <= int(head.split()[1]) < 500, head


@pytest.mark.parametrize("name", ACCEPTED)
async def test_a_handshake_is_answered_and_nothing_is_agreed_on(house: House, name: str) -> None:
    head, client = await handshake(house, headers=ACCEPTED[name])
    client.writer.transport.abort()
    status, *lines = head.lower().split("\r\n")
    assert status.startswith("http/1.1 101 ")
    assert f"sec-websocket-accept: {ACCEPT}".lower() in lines
    assert not [line for line in lines if "extensions" in line or "protocol:" in line]


async def test_frames_may_come_with_the_handshake(house: House) -> None:
    head, client = await handshake(house)
    client.send(frame(TEXT, ASK))
    assert head.startswith("HTTP/1.1 101 ")
    assert [(await client.message())["type"] for _ in range(2)] == ["hello", "pong"]
    client.writer.transport.abort()


async def test_any_frames_at_all_end_in_an_answer_or_an_end(house: House) -> None:
    random = Random(7)  # noqa: S311 - only variety is wanted
    for _ in range(300):
        async with raw(house) as client:
            for _ in range(random.randint(1, 6)):
                body = random.choice((ASK, random.randbytes(random.randint(0, 200))))
                client.send(
                    frame(
                        random.choice((TEXT, TEXT, CONT, BINARY, PING, PONG, CLOSE, 3, 11)),
                        body,
                        fin=random.random() < 0.7,
                        reserved=random.choice((0, 0, 0, 0, 0, 1)),
                        mask=random.choice((random.randbytes(4),) * 9 + (None,)),
                        length=random.choice((None,) * 9 + (shortest(random.randint(0, 70_000)),)),
                    )
                )
            client.writer.write_eof()
            await client.end()
