"""The page at `/`: the markets and a live chart, from one file and no other host."""

from __future__ import annotations

from functools import cache
from importlib import resources

from litestar import MediaType, Response, get

POLICY = (
    "default-src 'none'; connect-src 'self'; img-src data:; "
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


@cache
def _text() -> str:
    return (resources.files("chandlery.api") / "page.html").read_text()


@get("/", media_type=MediaType.HTML)
async def index() -> Response[str]:
    """Return the page."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(_text(), headers=headers, media_type=MediaType.HTML)
