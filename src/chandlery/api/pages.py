"""The text of pages, made where it holds nobody up."""

from __future__ import annotations

from chandlery.engine.live import Page
from chandlery.engine.live.page import ReadPage
from chandlery.engine.server import Server
from chandlery.formats.bars_json import Form

MANY_BARS = 2_000
"""More bars than this that were read from the store are written in a thread."""


async def text_of(server: Server, page: Page, form: Form) -> bytes:
    """Return the bars as JSON."""
    if isinstance(page, ReadPage) and len(page) > MANY_BARS:
        return await server.ask(lambda: page.text(form))
    return page.text(form)
