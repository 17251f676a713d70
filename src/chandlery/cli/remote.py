"""A data directory that a running server holds: it does the work, and is asked over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from chandlery.api.access.keys import ApiKey, Issued
from chandlery.api.access.principal import Scope
from chandlery.api.admin.frames import Frame, batch_of, read
from chandlery.api.admin.requests import (
    BackfillRequest,
    CandlesRequest,
    FollowRequest,
    KeyRequest,
    RangeRequest,
    TradesRequest,
)
from chandlery.cli.feed_desk import FeedDesk, FeedRow, Followed
from chandlery.cli.market_desk import MarketDesk
from chandlery.core.candles import Candles
from chandlery.core.errors import ChandleryError, StoreLockedError, UsageError
from chandlery.core.filters import Rule
from chandlery.core.trades import Trades
from chandlery.engine.chores import Progress, Rolled, Said, Verified
from chandlery.engine.editing import MarketEdit
from chandlery.engine.feeding import Action
from chandlery.engine.filters import FilterRow
from chandlery.engine.gaps import GapRow
from chandlery.engine.jobs import Job
from chandlery.engine.markets import MarketSummary
from chandlery.engine.watchlist import Outcome, Watched

Result = TypeVar("Result")

CONNECT_S = 5.0
PREFIX = "/api/v1/admin"


class _Issued(msgspec.Struct, frozen=True):
    key: ApiKey
    text: str


class _Feeds(msgspec.Struct, frozen=True):
    feeds: list[FeedRow]


class _Markets(msgspec.Struct, frozen=True):
    total: int
    markets: list[Watched]


class _Outcomes(msgspec.Struct, frozen=True):
    markets: list[Outcome]


class Remote:
    """See Access."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    @classmethod
    @contextmanager
    def opened(cls, address: str, key: str, locked: StoreLockedError) -> Iterator[Self]:
        """Give the server at an address; one that cannot be reached does no more than lock."""
        # A step of a chore may take long, and no proxy is to come between.
        timeout = httpx2.Timeout(None, connect=CONNECT_S)
        headers = {"Authorization": f"Bearer {key}"}
        with httpx2.Client(
            base_url=address, headers=headers, timeout=timeout, trust_env=False
        ) as client:
            try:
                yield cls(client)
            except httpx2.ConnectError:
                raise locked from None
            except httpx2.HTTPError as error:
                message = f"the server at {address} broke off: {error}"
                raise ChandleryError(message, hint="its log says why; do it again") from error

    def candles(self, asked: CandlesRequest) -> Iterator[Candles]:
        """See Access.candles."""
        return (batch_of(Candles, frame) for frame in self._frames("candles", asked))

    def trades(self, asked: TradesRequest) -> Iterator[Trades]:
        """See Access.trades."""
        return (batch_of(Trades, frame) for frame in self._frames("trades", asked))

    def markets(self, query: str, limit: int) -> list[MarketSummary]:
        """See Access.markets."""
        answer = self._client.get(
            f"{PREFIX}/summaries", params={"text": query, "limit": str(limit)}
        )
        return _decoded(answer, list[MarketSummary])

    def jobs(self) -> list[Job]:
        """See Access.jobs."""
        return _decoded(self._client.get(f"{PREFIX}/jobs"), list[Job])

    def quality(self, symbol: str | None) -> list[dict[str, Any]]:
        """See Access.quality."""
        params, found = {} if symbol is None else {"symbol": symbol}, []
        while True:
            answer = self._client.get("/api/v1/quality", params=params)
            found += _decoded(answer, list[dict[str, Any]])
            if "Chandlery-Cursor" not in answer.headers:
                return found
            params = {"cursor": answer.headers["Chandlery-Cursor"]}

    def gaps(self, symbol: str | None) -> list[GapRow]:
        """See Access.gaps."""
        answer = self._client.get(f"{PREFIX}/gaps", params={"symbol": symbol or ""})
        return _decoded(answer, list[GapRow])

    def verify(self) -> Generator[Progress | Verified]:
        """See Access.verify."""
        for frame in self._frames("verify"):
            if isinstance(frame, Progress | Verified):
                yield frame

    def rebuild(self, asked: RangeRequest) -> Generator[Rolled]:
        """See Access.rebuild."""
        for frame in self._frames("rebuild", asked):
            if isinstance(frame, Rolled):
                yield frame

    async def backfill(self, asked: BackfillRequest) -> AsyncGenerator[Progress | Said]:
        """See Access.backfill."""
        frames = self._frames("backfill", asked)
        try:
            while (frame := await asyncio.to_thread(next, frames, None)) is not None:
                if isinstance(frame, Progress | Said):
                    yield frame
        finally:
            # A step that is waited for is not interrupted: its own end closes it.
            with suppress(ValueError):
                frames.close()

    def maintain(self) -> Generator[Said]:
        """See Access.maintain."""
        for frame in self._frames("maintain"):
            if isinstance(frame, Said):
                yield frame

    def feeds(self) -> FeedDesk:
        """See Access.feeds."""
        return RemoteFeeds(self._client)

    def market_desk(self) -> MarketDesk:
        """See Access.market_desk."""
        return RemoteMarkets(self._client)

    def keys(self) -> Self:
        """See Access.keys."""
        return self

    # See KeyDesk

    def create(self, name: str, scope: Scope, lifetime_s: int | None = None) -> Issued:
        """See Keys.create."""
        body = msgspec.json.encode(KeyRequest(name, scope.text, lifetime_s))
        issued = _decoded(self._client.post(f"{PREFIX}/keys", content=body), _Issued)
        return Issued(issued.key, issued.text)

    def all(self) -> list[ApiKey]:
        """See Keys.all."""
        return _decoded(self._client.get(f"{PREFIX}/keys"), list[ApiKey])

    def revoke(self, key_id: str) -> ApiKey:
        """See Keys.revoke."""
        if not key_id.isalnum():
            message = f"no API key has the id {key_id[:40]!r}"
            raise UsageError(message, hint="`chandlery keys list` shows them")
        return _decoded(self._client.post(f"{PREFIX}/keys/{key_id}/revoke"), ApiKey)

    def _frames(self, name: str, asked: msgspec.Struct | None = None) -> Generator[Frame]:
        body = b"{}" if asked is None else msgspec.json.encode(asked)
        with self._client.stream("POST", f"{PREFIX}/{name}", content=body) as answer:
            if answer.status_code != 200:
                answer.read()
                raise _refused(answer)
            yield from read(answer.iter_bytes())


class RemoteFeeds:
    """See FeedDesk. A server does it."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    def followed(self) -> Followed:
        """See FeedDesk.followed."""
        feeds = _decoded(self._client.get(f"{PREFIX}/feeds"), _Feeds).feeds
        markets: list[Watched] = []
        while True:
            params = {"limit": "1000", "offset": str(len(markets))}
            answer = self._client.get(f"{PREFIX}/feeds/markets", params=params)
            found = _decoded(answer, _Markets)
            markets += found.markets
            if not found.markets or len(markets) >= found.total:
                return Followed(feeds, markets)

    def add(self, markets: str) -> list[Outcome]:
        """See FeedDesk.add."""
        body = msgspec.json.encode(FollowRequest(markets))
        answer = self._client.post(f"{PREFIX}/feeds/markets", content=body)
        return _decoded(answer, _Outcomes).markets

    def remove(self, markets: str) -> list[Outcome]:
        """See FeedDesk.remove."""
        answer = self._client.delete(f"{PREFIX}/feeds/markets", params={"markets": markets})
        return _decoded(answer, _Outcomes).markets

    def act(self, name: str, action: Action) -> FeedRow:
        """See FeedDesk.act."""
        path = f"{PREFIX}/feeds/{quote(name, safe='')}/{action}"
        return _decoded(self._client.post(path), FeedRow)


class RemoteMarkets:
    """See MarketDesk. A server does it."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    def all(self, query: str) -> list[dict[str, Any]]:
        """See MarketDesk.all."""
        rows: list[dict[str, Any]] = []
        while True:
            params = {"query": query, "limit": "1000", "offset": str(len(rows))}
            answer = self._client.get(f"{PREFIX}/markets", params=params)
            found = _decoded(answer, dict[str, Any])
            rows += found["markets"]
            if not found["markets"] or len(rows) >= found["total"]:
                return rows

    def add(self, symbol: str, edit: MarketEdit) -> dict[str, Any]:
        """See MarketDesk.add."""
        body = msgspec.json.encode({"symbol": symbol, **edit.said()})
        return _decoded(self._client.post(f"{PREFIX}/markets", content=body), dict[str, Any])

    def edit(self, symbol: str, edit: MarketEdit) -> dict[str, Any]:
        """See MarketDesk.edit."""
        path = f"{PREFIX}/markets/{quote(symbol, safe='/')}"
        answer = self._client.patch(path, content=msgspec.json.encode(edit))
        return _decoded(answer, dict[str, Any])

    def filters(self) -> list[FilterRow]:
        """See MarketDesk.filters."""
        return _decoded(self._client.get(f"{PREFIX}/filters"), dict[str, list[FilterRow]])[
            "filters"
        ]

    def set_filter(self, symbol: str, rule: Rule | None) -> FilterRow:
        """See MarketDesk.set_filter."""
        if rule is None:
            answer = self._client.delete(f"{PREFIX}/filters", params={"symbol": symbol})
        else:
            body = msgspec.json.encode({"symbol": symbol, **asdict(rule)})
            answer = self._client.put(f"{PREFIX}/filters", content=body)
        return _decoded(answer, FilterRow)


def _decoded(answer: httpx2.Response, kind: type[Result]) -> Result:
    if answer.status_code != 200:
        raise _refused(answer)
    return msgspec.json.decode(answer.content, type=kind)


def _refused(answer: httpx2.Response) -> ChandleryError:
    """Return the error that the server told."""
    try:
        told: dict[str, Any] = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        told = {}
    message = str(told.get("error") or f"the server answered {answer.status_code}")
    kind = UsageError if answer.status_code in (400, 404) else ChandleryError
    return kind(message, hint=str(told.get("hint", "")))
