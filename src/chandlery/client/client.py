"""A client that blocks."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx2

from chandlery import __version__
from chandlery.client import calls
from chandlery.client.calls import Answer, Call, Paging
from chandlery.client.columns import Columns, Lists, columns_of
from chandlery.client.errors import ClientError
from chandlery.client.events import Event
from chandlery.client.feeds import Feed
from chandlery.client.options import (
    LOCAL,
    CandleRange,
    Options,
    Range,
    base_of,
    headers_of,
    stream_of,
)
from chandlery.client.reading import read, unreachable
from chandlery.client.retry import Attempts
from chandlery.client.stream import events
from chandlery.client.values import NewTrade, Pushed, Series, Symbol, Ticker, Trade

Value = TypeVar("Value")


class Client:
    """Asks a server, and pushes trades to it. What may pass is tried again; close it at the end.

    Threads may share one.
    """

    def __init__(
        self,
        url: str = LOCAL,
        key: str | None = None,
        *,
        options: Options | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.options = options or Options()
        self.url = base_of(url)
        self._headers = headers_of(key, __version__)
        self._http = httpx2.Client(
            headers=self._headers,
            timeout=self.options.timeout_s,
            transport=transport,
            trust_env=self.options.trust_env,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def candles(self, symbol: str, interval: str, **which: Unpack[CandleRange]) -> Series:
        """Return bars in order of time: of the range the newest `limit`, all without a limit.

        With neither `start` nor `limit`, the newest 500.
        """
        pages = list(self.candle_pages(symbol, interval, **which))
        own = pages[0].interval if pages else interval
        return Series(symbol, own, tuple(bar for page in reversed(pages) for bar in page))

    def candle_pages(
        self, symbol: str, interval: str, **which: Unpack[CandleRange]
    ) -> Iterator[Series]:
        """Yield the same a page at a time, the newest page first; each is in order of time."""
        for answer in self._pages(calls.candles(symbol, interval, self.options.page, **which)):
            yield Series(symbol, answer.interval or interval, tuple(answer.value))

    def columns(self, symbol: str, interval: str, **which: Unpack[CandleRange]) -> Columns:
        """Return bars as `candles` does, as numpy arrays."""
        paging = calls.columns(symbol, interval, self.options.page, **which)
        answers: list[Answer[Lists]] = list(self._pages(paging))
        own = answers[0].interval if answers else interval
        return columns_of(symbol, own, [answer.value for answer in reversed(answers)])

    def trades(self, symbol: str, **which: Unpack[Range]) -> list[Trade]:
        """Return trades in order of time: as many as `candles` would bars."""
        pages = list(self.trade_pages(symbol, **which))
        return [trade for page in reversed(pages) for trade in page]

    def trade_pages(self, symbol: str, **which: Unpack[Range]) -> Iterator[list[Trade]]:
        """Yield the same a page at a time, the newest page first; each is in order of time."""
        for answer in self._pages(calls.trades(symbol, self.options.page, **which)):
            yield answer.value

    def ticker(self, symbol: str) -> Ticker:
        """Return the last 24 hours of a market."""
        return self.tickers([symbol])[0]

    def tickers(self, symbols: Iterable[str]) -> list[Ticker]:
        """Return the last 24 hours of some markets."""
        return [row for call in calls.tickers(symbols) for row in self._ask(call).value]

    def symbol(self, name: str) -> Symbol:
        """Return one market."""
        return self._ask(calls.symbol(name)).value

    def symbols(self, query: str = "", *, exchange: str = "", kind: str = "") -> Iterator[Symbol]:
        """Yield the markets that fit, best first; all of them without a query."""
        for answer in self._pages(calls.symbols(query, exchange, kind)):
            yield from answer.value

    def push(self, trades: Iterable[NewTrade], *, key: str | None = None) -> Pushed:
        """Push trades, in batches; return when all of them are durable.

        A batch that has to be sent again is not stored twice. `key` names the whole push: the
        same trades pushed again under the same key, by another process even, are known again.
        """
        pushed = Pushed()
        for first, call in calls.pushes(trades, self.options.batch, key):
            pushed = pushed.plus(self._ask(call).value, first)
        return pushed

    def stream(self, feeds: Iterable[Feed]) -> Generator[Event]:
        """Yield what comes of feeds, for ever; a connection that is lost is made again.

        Bars that changed meanwhile are caught up with. Close the iterator to end it.
        """
        return events(stream_of(self.url), self._headers, feeds, self.options)

    def _pages(self, paging: Paging[Value] | None) -> Iterator[Answer[Value]]:
        while paging is not None:
            answer = self._ask(paging.next_call())
            yield answer
            paging = paging.after(calls.rows_of(answer.value), answer.cursor)

    def _ask(self, call: Call[Value]) -> Answer[Value]:
        """Ask, again where that may help."""
        attempts = Attempts(self.options.retry)
        while True:
            try:
                return self._once(call)
            except ClientError as error:
                pause_s = attempts.pause_s(error)
            time.sleep(pause_s)

    def _once(self, call: Call[Value]) -> Answer[Value]:
        try:
            response = self._http.request(
                call.method,
                self.url + call.path,
                params=dict(call.params),
                content=call.body,
                headers=dict(call.headers),
            )
        except httpx2.HTTPError as error:
            raise unreachable(self.url, error) from error
        return read(call, response)
