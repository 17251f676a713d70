"""Ctrl-C and SIGTERM as an event: what is under way is finished, and then nothing more begun."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """Give an event that the first signal sets; the second one ends the process at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def note() -> None:
        stop.set()
        _let_go(loop)

    for number in SIGNALS:
        # Not on every platform: there a signal is a KeyboardInterrupt, and as safe.
        with suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, note)
    try:
        yield stop
    finally:
        _let_go(loop)


def _let_go(loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        with suppress(NotImplementedError, RuntimeError):
            loop.remove_signal_handler(number)
