"""A stream for code that blocks."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping

from websockets.sync.client import connect

from chandlery.client.errors import ClientError
from chandlery.client.events import Event
from chandlery.client.feeds import Feed
from chandlery.client.options import Options
from chandlery.client.resuming import Resuming
from chandlery.client.wire import TROUBLE, settings, trouble


def events(
    url: str, headers: Mapping[str, str], feeds: Iterable[Feed], options: Options
) -> Generator[Event]:
    """Yield events for ever, over as many connections as it takes."""
    resuming = Resuming(feeds, options)
    while True:
        try:
            yield from _connected(url, headers, resuming, options)
        except ClientError as error:
            lost = resuming.lost(error)
            yield lost
            time.sleep(lost.pause_s)


def _connected(
    url: str, headers: Mapping[str, str], resuming: Resuming, options: Options
) -> Generator[Event]:
    """Yield the events of one connection, which ends with an error."""
    try:
        with connect(url, **settings(headers, options)) as connection:
            for text in resuming.subscriptions():
                connection.send(text)
            while True:
                event = resuming.take(connection.recv(options.silence_s, decode=False))
                if event is not None:
                    yield event
    except TROUBLE as error:
        raise trouble(error) from error
