"""A request can be given up at any moment, and once more while it is: nothing stays open."""

from __future__ import annotations

import asyncio
import gc
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from chandlery.sources.live.opening import Trace, in_one_piece
from tests.sources.live.tls import self_signed

TURNS = 120
"""It is given up after each number of turns of the loop: while it connects, and after that."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def answering(tls: ssl.SSLContext | None) -> AsyncIterator[str]:
    """Run a server that keeps its connections as long as clients do; give its address."""
    talks: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(ANSWER)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.create_task(talk(reader, writer)))

    async with await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        await asyncio.gather(*talks)


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def given_up(url: str, context: ssl.SSLContext, turns: int, times: int) -> bool:
    """Give a request up after some turns; return whether it had ended by then."""
    async with httpx2.AsyncClient(verify=context, trust_env=False) as client:

        async def fetch(trace: Trace) -> int:
            answer = await client.get(url, extensions={"trace": trace})
            return answer.status_code

        asking = asyncio.ensure_future(in_one_piece(fetch))
        for _ in range(turns):
            await asyncio.sleep(0)
        is_over = asking.done()
        for _ in range(times):
            asking.cancel()
            await asyncio.sleep(0)
        with suppress(asyncio.CancelledError):
            await asking
    return is_over


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("is_secret", [False, True])
async def test_whatever_is_given_up_while_it_opens_is_closed(
    tmp_path: Path, *, is_secret: bool, times: int
) -> None:
    context, over = trusting(), []
    # What was there before is not looked at again and again.
    gc.collect()
    gc.freeze()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        async with answering(self_signed(tmp_path) if is_secret else None) as url:
            for turns in range(TURNS):
                over.append(await given_up(url, context, turns, times))
                gc.collect()
    gc.unfreeze()
    assert [str(each.message) for each in told] == []
    assert not over[0]
    assert over[-1], "it was only ever given up while it connected"
