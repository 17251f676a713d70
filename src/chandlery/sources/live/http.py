"""HTTP to a venue: verified, bounded, never above the share of its limits that is ours to use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import httpx2

from chandlery import __version__
from chandlery.sources.live.asking import Request
from chandlery.sources.live.figures import FeedCounts
from chandlery.sources.live.opening import Trace, in_one_piece
from chandlery.sources.live.rest import GoneError, RestError
from chandlery.sources.live.surroundings import Surroundings

LARGEST_BODY = 64 * 1_048_576
TIMEOUT_S = 15.0
OPEN_S = 5.0
"""How long a connection, and then its handshake, may take: nobody can give up meanwhile."""
SHARE = 0.9
"""How much of a venue's limit is used: others may share the address."""
MINUTE_S = 60
US = 1_000_000
_JSON = {"Content-Type": "application/json"}
WHOLE_S = 120.0
"""How long an answer may take in all: one that trickles would hold up every other question."""
BAN_S = 120.0
LONGEST_PAUSE_S = 3 * 86_400.0
"""As long as venues ban at the most: what says more is no time to wait for."""
Answer = tuple[int, httpx2.Headers, bytes]
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Budget:
    """The weight that may be asked in a minute."""

    limit: int
    used: int = 0
    minute: int = 0

    def wait_s(self, weight: int, now_us: int) -> float:
        """Return how long to wait before asking for so much."""
        minute, rest_us = divmod(now_us, MINUTE_S * US)
        if minute != self.minute:
            self.minute, self.used = minute, 0
        if not self.used or self.used + weight <= self.limit * SHARE:
            return 0.0
        return (MINUTE_S * US - rest_us) / US + 0.5

    def spend(self, weight: int, told: int | None) -> None:
        """Count a request; the venue's own count is the one that matters."""
        self.used = max(self.used + weight, told or 0)


@dataclass(slots=True)
class Asker:
    """See Ask. Asks one host, one request at a time."""

    base: str
    surroundings: Surroundings
    budget: Budget
    counts: FeedCounts
    weight_header: str = ""
    _client: httpx2.AsyncClient | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closed_until_s: float = 0.0

    async def __call__(self, request: Request) -> bytes:
        """See Ask. Waits while the limits say so."""
        async with self._turn:
            await self._wait(request.weight)
            self.counts.asked += 1
            try:
                async with asyncio.timeout(WHOLE_S):
                    status, headers, body = await in_one_piece(partial(self._fetch, request))
            except (httpx2.HTTPError, OSError) as error:
                self.counts.failed += 1
                self.budget.spend(request.weight, None)
                message = f"{self.base}{request.path}: {str(error) or type(error).__name__}"
                raise RestError(message) from error
            self.budget.spend(request.weight, _number(headers.get(self.weight_header, "")))
            return self._checked(request.path, status, headers, body)

    async def _wait(self, weight: int) -> None:
        clock = self.surroundings.clock
        while True:
            ban_s = self._closed_until_s - clock.elapsed()
            wait_s = max(ban_s, self.budget.wait_s(weight, clock.now_us()))
            if wait_s <= 0:
                return
            await self.surroundings.sleep(wait_s)

    async def _fetch(self, request: Request, trace: Trace) -> Answer:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(TIMEOUT_S, connect=OPEN_S),
                follow_redirects=False,
                trust_env=urlsplit(self.base).hostname not in LOOPBACK,
                headers={"User-Agent": f"chandlery/{__version__}"},
            )
        url = f"{self.base.rstrip('/')}{request.path}"
        method, headers = ("GET", {}) if request.body is None else ("POST", _JSON)
        async with self._client.stream(
            method,
            url,
            params=dict(request.query),
            content=request.body,
            headers=headers,
            extensions={"trace": trace},
        ) as answer:
            parts: list[bytes] = []
            size = 0
            async for part in answer.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_BODY:
                    message = f"{url}: a body of at most {LARGEST_BODY} bytes expected"
                    raise RestError(message)
            return answer.status_code, answer.headers, b"".join(parts)

    def _checked(self, path: str, status: int, headers: httpx2.Headers, body: bytes) -> bytes:
        if status == 200:
            return body
        shown = body[:200].decode(errors="replace")
        message = f"{self.base}{path} answered {status}: {shown}"
        if status in (418, 429):
            self.counts.denied += 1
            self._close(headers.get("Retry-After", ""), BAN_S if status == 418 else MINUTE_S)
            raise RestError(message, hint="the venue asks for a pause, which is kept")
        self.counts.failed += 1
        if status in (400, 401, 404, 410, 451):
            hint = "the address may be wrong, or the venue not serve this place"
            raise GoneError(message, hint=hint)
        raise RestError(message)

    def _close(self, retry_after: str, default_s: float) -> None:
        """Ask nothing for as long as the venue says."""
        told = _number(retry_after)
        pause_s = default_s if told is None else min(max(1.0, float(told)), LONGEST_PAUSE_S)
        now_s = self.surroundings.clock.elapsed()
        self._closed_until_s = max(self._closed_until_s, now_s + pause_s)

    async def close(self) -> None:
        """Let go of the connections, unless another source is asking: it closes them as it ends."""
        if self._turn.locked():
            return
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
