"""What is sent to a server and how its answers are read. Pure: both clients share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar, Unpack
from urllib.parse import quote
from uuid import uuid4

import msgspec

from chandlery.client.columns import Lists
from chandlery.client.errors import ClientError, ProtocolError, kind_of
from chandlery.client.options import CandleRange, Range, text_of
from chandlery.client.values import Candle, NewTrade, Pushed, Symbol, Ticker, Trade

Value = TypeVar("Value")

PREFIX = "/api/v1"
USUAL = 500
"""Rows where neither a start nor a limit is given, as the server has it."""
MOST_TICKERS = 50
MOST_SYMBOLS = 1_000
SHOWN = 200
NOTHING_GOOD = "no_good_rows"
"""The code of a push that was taken, but none of its trades."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Value]):
    """A request, and what its answer is."""

    path: str
    kind: Any
    params: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def read(self, body: bytes) -> Value:
        """Return what an answer holds."""
        try:
            value: Value = msgspec.json.decode(body, type=self.kind)
        except msgspec.MsgspecError as error:
            message = f"an answer of {self.path} expected, found something else: {error}"
            raise ProtocolError(message, hint="is it a Chandlery server, and as new?") from error
        return value


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """What was answered, and what its headers told."""

    value: Value
    cursor: str | None
    interval: str


@dataclass(frozen=True, slots=True)
class Paging(Generic[Value]):
    """A call that is made again with a cursor, until enough rows have come."""

    call: Call[Value]
    page: int
    left: int | None = None
    """How many rows are still wanted; None: all there are."""
    cursor: str | None = None

    def next_call(self) -> Call[Value]:
        """Return the call of the next page."""
        own = {"limit": str(self.page if self.left is None else min(self.page, self.left))}
        if self.cursor is not None:
            own["cursor"] = self.cursor
        return replace(self.call, params={**self.call.params, **own})

    def after(self, rows: int, cursor: str | None) -> Paging[Value] | None:
        """Return what is left after a page; None: nothing."""
        left = None if self.left is None else self.left - rows
        if cursor is None or (left is not None and left <= 0):
            return None
        return replace(self, left=left, cursor=cursor)


def candles(
    symbol: str, interval: str, page: int, **which: Unpack[CandleRange]
) -> Paging[list[Candle]]:
    """Return how bars are asked for."""
    return _bars(list[Candle], page, _candle_params(symbol, interval, which), _rows(which))


def columns(symbol: str, interval: str, page: int, **which: Unpack[CandleRange]) -> Paging[Lists]:
    """Return how bars are asked for as columns."""
    params = {**_candle_params(symbol, interval, which), "format": "columns"}
    return _bars(Lists, page, params, _rows(which))


def trades(symbol: str, page: int, **which: Unpack[Range]) -> Paging[list[Trade]]:
    """Return how trades are asked for."""
    params = {"symbol": symbol, **_bounds(which)}
    call: Call[list[Trade]] = Call(f"{PREFIX}/trades", list[Trade], params)
    return Paging(call, page, _rows(which))


def symbols(query: str, exchange: str, kind: str) -> Paging[list[Symbol]]:
    """Return how markets are searched."""
    wanted = {"query": query, "exchange": exchange, "type": kind}
    params = {name: text for name, text in wanted.items() if text}
    return Paging(Call(f"{PREFIX}/symbols", list[Symbol], params), MOST_SYMBOLS)


def symbol(name: str) -> Call[Symbol]:
    """Return how one market is asked for."""
    return Call(f"{PREFIX}/symbols/{quote(name, safe=':/')}", Symbol)


def tickers(names: Iterable[str]) -> Iterator[Call[list[Ticker]]]:
    """Yield how tickers are asked for, as many at once as may."""
    for some in chunks(names, MOST_TICKERS):
        yield Call(f"{PREFIX}/ticker", list[Ticker], {"symbols": ",".join(some)})


def pushes(
    new: Iterable[NewTrade], batch: int, key: str | None
) -> Iterator[tuple[int, Call[Pushed]]]:
    """Yield the place of each batch and its call. One that is repeated has the same key."""
    first, own, units = 0, key or uuid4().hex, {"time_unit": "us"}
    for number, some in enumerate(chunks(new, batch)):
        headers = {
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": f"{own}-{number}",
        }
        body = msgspec.json.Encoder().encode_lines(some)
        yield (
            first,
            Call(
                f"{PREFIX}/trades", Pushed, method="POST", params=units, body=body, headers=headers
            ),
        )
        first += len(some)


def refusal(status: int, headers: Mapping[str, str], body: bytes, now_s: float) -> ClientError:
    """Return the error that an answer is."""
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        text = body[:SHOWN].decode("utf-8", "replace").strip()
        told = {"hint": text} if text else {}
    code = str(told.get("code", ""))
    return kind_of(status, code)(
        str(told.get("error") or f"the server answered {status}"),
        hint=str(told.get("hint", "")),
        code=code,
        retry_after_s=_seconds(headers.get("Retry-After"), now_s),
    )


def rows_of(page: object) -> int:
    """Return how many rows a page has."""
    if isinstance(page, Lists):
        return len(page.t)
    return len(page) if isinstance(page, list) else 1


def chunks(rows: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """Yield rows, so many at a time."""
    some: list[Value] = []
    for row in rows:
        some.append(row)
        if len(some) >= size:
            yield some
            some = []
    if some:
        yield some


def _bars(kind: Any, page: int, params: Mapping[str, str], rows: int | None) -> Paging[Any]:
    return Paging(Call(f"{PREFIX}/candles", kind, params), page, rows)


def _candle_params(symbol: str, interval: str, which: CandleRange) -> dict[str, str]:
    own = {"symbol": symbol, "interval": interval, **_bounds(which)}
    if (fill := which.get("fill", "none")) != "none":
        own["fill"] = fill
    if which.get("adaptive"):
        own["adaptive"] = "1"
    return own


def _bounds(which: Range) -> dict[str, str]:
    bounds = {"start": which.get("start"), "end": which.get("end")}
    return {name: text_of(moment) for name, moment in bounds.items() if moment is not None}


def _rows(which: Range) -> int | None:
    limit = which.get("limit")
    return limit if limit is not None or which.get("start") is not None else USUAL


def _seconds(text: str | None, now_s: float) -> float | None:
    """Return what `Retry-After` asks for: seconds, or until a date."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now_s)
    except ValueError:
        return None
