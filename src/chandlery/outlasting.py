"""Waiting for what must come to its end by itself, however often one is told to stop waiting."""

from __future__ import annotations

import asyncio
from typing import Any


async def outlasted(working: asyncio.Future[Any]) -> asyncio.CancelledError | None:
    """Wait until something is done; return the cancellation that came meanwhile, if one did."""
    cancelled: asyncio.CancelledError | None = None
    while not working.done():
        try:
            await asyncio.wait((working,))
        except asyncio.CancelledError as error:
            cancelled = error
    return cancelled
