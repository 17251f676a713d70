"""Asks a server over HTTP: the doctor's only way out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

from chandlery import __version__
from chandlery.core.clock import Clock
from chandlery.core.errors import UsageError
from chandlery.doctor.answer import Answer

ORIGIN = "https://chart.example"
"""The page that asks: another origin than the server's."""
TIMEOUT_S = 15.0
MOST_BYTES = 50_000_000
"""Of an answer; more is none."""


class HttpFetch:
    """See Fetch. One request at a time; redirects are followed as a browser does."""

    def __init__(self, client: httpx2.AsyncClient, base: str, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self.base = base.rstrip("/")

    def below(self, path: str) -> HttpFetch:
        """Return the same with another base address."""
        return HttpFetch(self._client, self.base + path, self._clock)

    async def fetch(self, path: str, params: Mapping[str, str]) -> Answer:
        """See Fetch.fetch."""
        began = self._clock.elapsed()
        try:
            async with self._client.stream("GET", self.base + path, params=dict(params)) as told:
                body = bytearray()
                async for chunk in told.aiter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        return self._failed(f"more than {MOST_BYTES:,} bytes", began)
        except httpx2.TimeoutException:
            return self._failed(f"none within {TIMEOUT_S:.0f} seconds", began)
        except httpx2.HTTPError as error:
            return self._failed(str(error) or type(error).__name__, began)
        headers = {name.lower(): value for name, value in told.headers.items()}
        return Answer(told.status_code, headers, bytes(body), self._clock.elapsed() - began)

    def _failed(self, problem: str, began: float) -> Answer:
        return Answer(0, {}, b"", self._clock.elapsed() - began, problem)


@asynccontextmanager
async def reaching(
    url: str, clock: Clock, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[HttpFetch]:
    """Give what asks the server at an address."""
    base = url if "://" in url else f"http://{url}"
    try:
        parsed = httpx2.URL(base)
    except httpx2.InvalidURL as error:
        message = f"an address expected, such as http://localhost:8000, found {url!r}"
        raise UsageError(message) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        message = f"an address such as http://localhost:8000 expected, found {url!r}"
        raise UsageError(message)
    headers = {"Origin": ORIGIN, "User-Agent": f"chandlery-doctor/{__version__}"}
    async with httpx2.AsyncClient(
        headers=headers, timeout=TIMEOUT_S, follow_redirects=True, transport=transport
    ) as client:
        yield HttpFetch(client, base, clock)
