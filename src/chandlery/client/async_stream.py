"""A stream for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing

from websockets.asyncio.client import connect

from chandlery.client.errors import ClientError
from chandlery.client.events import Event
from chandlery.client.feeds import Feed
from chandlery.client.options import Options
from chandlery.client.resuming import Resuming
from chandlery.client.wire import TROUBLE, settings, trouble


async def events(
    url: str, headers: Mapping[str, str], feeds: Iterable[Feed], options: Options
) -> AsyncGenerator[Event]:
    """Yield events for ever, over as many connections as it takes."""
    resuming = Resuming(feeds, options)
    while True:
        try:
            async with aclosing(_connected(url, headers, resuming, options)) as connected:
                async for event in connected:
                    yield event
        except ClientError as error:
            lost = resuming.lost(error)
            yield lost
            await asyncio.sleep(lost.pause_s)


async def _connected(
    url: str, headers: Mapping[str, str], resuming: Resuming, options: Options
) -> AsyncGenerator[Event]:
    """Yield the events of one connection, which ends with an error."""
    try:
        async with connect(url, **settings(headers, options)) as connection:
            for text in resuming.subscriptions():
                await connection.send(text)
            while True:
                async with asyncio.timeout(options.silence_s):
                    text_or_data = await connection.recv(decode=False)
                event = resuming.take(text_or_data)
                if event is not None:
                    yield event
    except TROUBLE as error:
        raise trouble(error) from error
