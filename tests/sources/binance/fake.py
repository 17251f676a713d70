"""A Binance on loopback that speaks its formats and misbehaves as its script says.

REST and streams share one port. A trade exists from its own time on, by the clock handed in. What
the streams leave out REST has, but for trades that are `void`: those nobody gets.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from chandlery.sources.binance.sites import SPOT, USDM, Site
from tests.sources.live.fast import FastClock

US = 1_000_000
GARBAGE: tuple[str | bytes, ...] = (
    "{",
    "null",
    "[]",
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","s":"BTCUSDT","a":"x"}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1,"a":1,"s":"BTCUSDT","p":"1e400",'
    '"q":"1","f":1,"l":1,"T":1704067201000,"m":true}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1,"a":2,"s":"BTCUSDT","p":"NaN",'
    '"q":"1","f":1,"l":1,"T":1704067201000,"m":true}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1,"a":3,"s":"BTCUSDT","p":"0.0",'
    '"q":"-1","f":1,"l":1,"T":1704067201000,"m":true}}',
    '{"stream":"x","data":{"e":"mystery","s":"BTCUSDT"}}',
    b"\xff\xfe\x00",
    '{"a":' * 2_000,
    "",
)
BAD_FRAMES = len(GARBAGE)
DEAF_S = 120.0
MOST_REQUESTS = 10_000
"""That are kept to be looked at."""
WEIGHTS = {
    "binance": {"aggTrades": 4, "klines": 2, "exchangeInfo": 20, "historicalTrades": 25},
    "binance-usdm": {"aggTrades": 20, "klines": 5, "exchangeInfo": 1, "historicalTrades": 20},
}
"""What each request weighs, as the exchange documents it."""


@dataclass(frozen=True, slots=True)
class FakeTrade:
    """A trade as the exchange has it; prices and sizes are decimal texts."""

    id: int
    time_us: int
    price: str
    size: str
    is_maker: bool


@dataclass
class Faults:
    """What goes wrong. Chances are per trade and connection, or per request."""

    seed: int = 0
    skip: float = 0.0
    repeat: float = 0.0
    reorder: float = 0.0
    garbage: float = 0.0
    half: float = 0.0
    cut: float = 0.0
    """The connection is torn."""
    stall: float = 0.0
    """The connection stays and says no more, though it answers pings."""
    deaf: float = 0.0
    """It does not even answer pings."""
    shutdown: float = 0.0
    """`serverShutdown` is sent, and the connection closed some seconds later."""
    life_s: float = 86_400.0
    error: float = 0.0
    """A request is answered with 500."""
    too_many: float = 0.0
    """With 429, and everything is until `retry_after_s` is over."""
    overlap: float = 0.0
    """An answer by id begins some trades before what was asked for, and has one of them twice."""
    empty: float = 0.0
    """An answer has no trades although there are some."""
    banned: float = 0.0
    """With 418, likewise."""
    broken: float = 0.0
    """With half a body."""
    retry_after_s: int = 3
    lag_s: float = 0.0
    """How far REST is behind the streams."""
    until_s: float = 1e9
    """From then on nothing more goes wrong."""
    stalls: set[str] = field(default_factory=set)


def some_trades(  # noqa: PLR0913 - what a stream of trades is made of
    random_: random.Random,
    *,
    start_us: int,
    seconds: float,
    rate: float,
    first_id: int,
    price: float,
) -> list[FakeTrade]:
    """Return trades at random moments, their ids in a row, their prices walking."""
    found: list[FakeTrade] = []
    time_us, number = float(start_us), first_id
    while True:
        time_us += random_.expovariate(rate) * US
        if time_us >= start_us + seconds * US:
            return found
        price *= 1 + random_.uniform(-0.001, 0.001)
        trade = FakeTrade(
            number,
            int(time_us) // 1_000 * 1_000,
            f"{price:.2f}",
            f"{random_.randint(1, 5_000) / 1_000:.3f}",
            random_.random() < 0.5,
        )
        found.append(trade)
        number += 1


class FakeBinance:
    """See the module."""

    def __init__(
        self,
        clock: FastClock,
        trades: Mapping[str, Sequence[FakeTrade]],
        faults: Faults | None = None,
        void: Iterable[tuple[str, int]] = (),
        site: Site = SPOT,
    ) -> None:
        self.clock = clock
        self.site = site
        self.trades = {symbol: list(of) for symbol, of in trades.items()}
        self.faults = faults or Faults()
        self.void = set(void)
        self._given = {
            symbol: [t for t in of if (symbol, t.id) not in self.void]
            for symbol, of in self.trades.items()
        }
        self.random = random.Random(self.faults.seed)  # noqa: S311 - chance, no secret
        self.met: Counter[str] = Counter()
        """What went wrong how often."""
        self.weights: defaultdict[int, int] = defaultdict(int)
        self.most_weight = 0
        self.weight_limit = site.weight_limit
        self.closed_until_us = 0
        self.early_requests = 0
        """Requests that came although they were told to wait."""
        self.requests: deque[str] = deque(maxlen=MOST_REQUESTS)
        self.scripted: defaultdict[str, deque[tuple[int, dict[str, str], bytes]]]
        self.scripted = defaultdict(deque)
        """Answers for the next requests, by what they ask for."""
        self.connections = 0
        self.open: set[ServerConnection] = set()
        self.port = 0

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """USD-M has a path of its own for market data."""
        return f"ws://127.0.0.1:{self.port}{'/market' if self.site is USDM else ''}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeBinance]:
        server = await serve(
            self._stream,
            "127.0.0.1",
            self.port or 0,
            process_request=self._request,
            compression=None,
            ping_interval=None,
            close_timeout=0.1,
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for connection in list(self.open):
                connection.transport.abort()
            await server.wait_closed()

    def given(self, symbol: str) -> list[FakeTrade]:
        """Return the trades that REST has, at the end of time; none of what is no market."""
        return self._given.get(symbol, [])

    def relist(self, symbol: str, trades: Sequence[FakeTrade]) -> None:
        """Have a market begin again, with other trades than it had."""
        self.trades[symbol], self._given[symbol] = list(trades), list(trades)
        for connection in list(self.open):
            connection.transport.abort()

    def delist(self, symbol: str) -> None:
        """Know nothing of a market any more."""
        del self.trades[symbol]

    def end(self) -> None:
        """Have no more trades than those that connections are about to send."""
        last_us = self.clock.now_us() + 10 * US
        for of in (*self.trades.values(), *self._given.values()):
            del of[bisect_right(of, last_us, key=time_of) :]

    def coming(
        self, symbol: str, kind: str, after_us: int
    ) -> Iterator[tuple[int, int, str, str, FakeTrade]]:
        """Yield the trades after a moment with what they are ordered by first."""
        given = self.given(symbol)
        row = bisect_right(given, after_us, key=time_of)
        # It may have become shorter since.
        while row < len(given):
            trade = given[row]
            row += 1
            yield trade.time_us, trade.id, symbol, kind, trade

    def _fails(self, chance: float) -> bool:
        calm = self.clock.elapsed() >= self.faults.until_s
        return not calm and chance > 0 and self.random.random() < chance

    # REST

    async def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Upgrade"):
            return None
        status, headers, body = self._answer(request.path)
        await asyncio.sleep(0)
        base = {"Content-Length": str(len(body)), "Connection": "close"}
        reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Banned"
        return Response(status, reason, Headers({**base, **headers}), body)

    def _answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.requests.append(path)
        now_us = self.clock.now_us()
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        prefix, _, name = parts.path.rpartition("/")
        if prefix != self.site.prefix:
            return 404, {}, b"<html>not found</html>"
        headers = self._weighed(name, now_us)
        if self.scripted[name]:
            status, more, body = self.scripted[name].popleft()
            return status, headers | more, body
        refused = self._refused(headers, now_us)
        if refused is not None:
            return refused
        status, value = self._body(name, query, now_us)
        body = json.dumps(value).encode()
        if self._fails(self.faults.broken):
            self.met["broken"] += 1
            body = body[: len(body) // 2]
        return status, headers, body

    def _weighed(self, name: str, now_us: int) -> dict[str, str]:
        """Count a request, and return what says how much of the limit is used."""
        minute = now_us // (60 * US)
        self.weights[minute] += WEIGHTS[self.site.name][name]
        self.most_weight = max(self.most_weight, self.weights[minute])
        return {"X-MBX-USED-WEIGHT-1M": str(self.weights[minute])}

    def _refused(
        self, headers: dict[str, str], now_us: int
    ) -> tuple[int, dict[str, str], bytes] | None:
        """Return the answer to a request that gets nothing, if it is one.

        Who was told to wait and asks all the same is banned.
        """
        if now_us < self.closed_until_us:
            self.early_requests += 1
            self.met["418"] += 1
            return self._refuse(418, headers, now_us, self.closed_until_us - now_us)
        if self.weights[now_us // (60 * US)] > self.weight_limit:
            self.met["over limit"] += 1
            return self._refuse(429, headers, now_us)
        for chance, status in ((self.faults.too_many, 429), (self.faults.banned, 418)):
            if self._fails(chance):
                self.met[str(status)] += 1
                return self._refuse(status, headers, now_us)
        if self._fails(self.faults.error):
            self.met["500"] += 1
            return 500, headers, b'{"code":-1000,"msg":"An unknown error occurred"}'
        return None

    def _refuse(
        self, status: int, headers: dict[str, str], now_us: int, left_us: int = 0
    ) -> tuple[int, dict[str, str], bytes]:
        """Have everybody wait: as long as they still have to, or from now on."""
        after = -(-left_us // US) or self.faults.retry_after_s
        if not left_us:
            self.closed_until_us = now_us + after * US
        headers = {**headers, "Retry-After": str(after)}
        return status, headers, b'{"code":-1003,"msg":"Too many requests"}'

    def _body(self, name: str, query: dict[str, str], now_us: int) -> tuple[int, Any]:
        if name == "exchangeInfo":
            return 200, self._info()
        symbol = query["symbol"]
        if symbol not in self.trades:
            return 400, {"code": -1121, "msg": "Invalid symbol."}
        if name == "klines":
            return 200, self._klines(symbol, query, now_us)
        until_us = now_us - round(self.faults.lag_s * US)
        given = self.given(symbol)
        first, end = 0, bisect_right(given, until_us, key=time_of)
        if "fromId" in query:
            first = bisect_left(given, int(query["fromId"]), key=id_of)
        if "startTime" in query:
            low, high = int(query["startTime"]) * 1_000, int(query["endTime"]) * 1_000 + 999
            first = bisect_left(given, low, key=time_of)
            end = min(end, bisect_right(given, high, key=time_of))
        there = given[first : min(end, first + int(query.get("limit", "500")))]
        if there and self._fails(self.faults.empty):
            self.met["empty"] += 1
            there = []
        if "fromId" in query and self._fails(self.faults.overlap):
            self.met["overlap"] += 1
            there = [*given[max(0, first - 5) : first], *there[:1], *there]
        make = rest_agg if name == "aggTrades" else rest_trade
        return 200, [make(t) for t in there]

    def _klines(self, symbol: str, query: dict[str, str], now_us: int) -> list[list[Any]]:
        low, high = int(query["startTime"]) // 1_000, int(query["endTime"]) // 1_000
        found: list[list[Any]] = []
        for t in range(-(-low // 60) * 60, high + 1, 60):
            bar = kline(self.given(symbol), t, now_us)
            if bar is not None:
                found.append(bar)
        return found[: int(query.get("limit", "500"))]

    def _info(self) -> dict[str, Any]:
        return {
            "serverTime": self.clock.now_us() // 1_000,
            "rateLimits": [
                {
                    "rateLimitType": "REQUEST_WEIGHT",
                    "interval": "MINUTE",
                    "intervalNum": 1,
                    "limit": self.weight_limit,
                }
            ],
            "symbols": [
                {
                    "symbol": symbol,
                    "status": "TRADING",
                    "baseAsset": symbol[:3],
                    "quoteAsset": symbol[3:],
                    "filters": [
                        {"filterType": "PRICE_FILTER", "tickSize": "0.01000000"},
                        {"filterType": "LOT_SIZE", "stepSize": "0.00100000"},
                    ],
                }
                for symbol in self.trades
            ],
        }

    # Streams

    async def _stream(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        path = urlsplit(connection.request.path)
        assert path.path == f"{urlsplit(self.ws_url).path}/stream"
        names = parse_qs(path.query)["streams"][0].split("/")
        self.connections += 1
        self.open.add(connection)
        talk = _Talk(self, connection, names)
        try:
            with suppress(ConnectionClosed, ConnectionError):
                await talk.run()
        finally:
            self.open.discard(connection)


class _Talk:
    """One connection of the streams."""

    def __init__(self, fake: FakeBinance, connection: ServerConnection, names: list[str]) -> None:
        self.fake = fake
        self.connection = connection
        self.kinds = {name.partition("@")[0].upper(): name.partition("@")[2] for name in names}
        self.kline = {n.partition("@")[0].upper() for n in names if "@kline" in n}
        self.streams = [tuple(name.split("@", 1)) for name in names]
        self.ends_us = fake.clock.now_us() + round(fake.faults.life_s * US)
        self.late: tuple[str, FakeTrade] | None = None

    async def run(self) -> None:
        fake, clock = self.fake, self.fake.clock
        began_us = clock.now_us()
        rows = heapq.merge(
            *(
                fake.coming(symbol.upper(), kind, began_us)
                for symbol, kind in self.streams
                if kind in ("aggTrade", "trade")
            )
        )
        klines = asyncio.create_task(self._klines()) if self.kline else None
        try:
            for time_us, _, symbol, kind, trade in rows:
                while (wait_us := time_us - clock.now_us()) > 0:
                    if clock.now_us() >= self.ends_us:
                        break
                    await clock.sleep(min(wait_us, max(1, self.ends_us - clock.now_us())) / US)
                if clock.now_us() >= self.ends_us:
                    fake.met["life"] += 1
                    await self.connection.close(1001)
                    return
                if not await self._trade(symbol, kind, trade):
                    return
            await asyncio.shield(self.connection.wait_closed())
        finally:
            if klines is not None:
                klines.cancel()
                await asyncio.gather(klines, return_exceptions=True)

    async def _trade(self, symbol: str, kind: str, trade: FakeTrade) -> bool:
        """Send a trade, or whatever comes instead; return whether the connection goes on."""
        fake, faults = self.fake, self.fake.faults
        if fake._fails(faults.garbage):
            fake.met["garbage"] += 1
            await self.connection.send(fake.random.choice(GARBAGE))
        for chance, name in ((faults.cut, "cut"), (faults.stall, "stall"), (faults.deaf, "deaf")):
            if fake._fails(chance):
                fake.met[name] += 1
                await self._fall(name)
                return False
        if fake._fails(faults.shutdown):
            fake.met["shutdown"] += 1
            self.ends_us = min(self.ends_us, fake.clock.now_us() + 8 * US)
            await self.connection.send(json.dumps({"e": "serverShutdown", "E": 1}))
        await self._send(symbol, kind, trade)
        return True

    async def _send(self, symbol: str, kind: str, trade: FakeTrade) -> None:
        """Send a trade, or leave it out, or only half of it, or later, or twice."""
        fake, faults, text = self.fake, self.fake.faults, frame(symbol, kind, trade)
        if fake._fails(faults.skip):
            fake.met["skip"] += 1
        elif fake._fails(faults.half):
            fake.met["half"] += 1
            await self.connection.send(text[: len(text) // 2])
        elif self.late is None and fake._fails(faults.reorder):
            fake.met["reorder"] += 1
            self.late = (symbol, trade)
        else:
            await self.connection.send(text)
            if fake._fails(faults.repeat):
                fake.met["repeat"] += 1
                await self.connection.send(text)
            if self.late is not None:
                (other, late), self.late = self.late, None
                await self.connection.send(frame(other, kind, late))

    async def _fall(self, name: str) -> None:
        if name == "cut":
            self.connection.transport.abort()
        elif name == "deaf":
            # It does not hear that the other end has gone, either.
            self.connection.transport.pause_reading()
            await self.fake.clock.sleep(DEAF_S)
            self.connection.transport.abort()
        await self.connection.wait_closed()

    async def _klines(self) -> None:
        fake = self.fake
        step_us = 2 * US
        while True:
            await fake.clock.sleep(step_us / US)
            now_us = fake.clock.now_us()
            minute = now_us // (60 * US) * 60
            for symbol in self.kline:
                for t in (minute - 60, minute):
                    bar = kline(fake.given(symbol), t, now_us)
                    is_closed = t < minute
                    if bar is None or (is_closed and now_us > (minute + 5) * US):
                        continue
                    await self.connection.send(kline_frame(symbol, bar, is_closed=is_closed))


def time_of(trade: FakeTrade) -> int:
    return trade.time_us


def id_of(trade: FakeTrade) -> int:
    return trade.id


def kline(trades: Sequence[FakeTrade], t: int, now_us: int) -> list[Any] | None:
    """Return the exchange's bar of a minute, made of its trades up to now."""
    own = [x for x in trades if t * US <= x.time_us < (t + 60) * US and x.time_us <= now_us]
    if not own or now_us < t * US:
        return None
    prices = [float(x.price) for x in own]
    sizes = [float(x.size) for x in own]
    quote = sum(p * s for p, s in zip(prices, sizes, strict=True))
    bought = sum(s for x, s in zip(own, sizes, strict=True) if not x.is_maker)
    shown = [str(prices[0]), str(max(prices)), str(min(prices)), str(prices[-1])]
    close_ms = (t + 60) * 1_000 - 1
    volume = f"{sum(sizes):.8f}"
    return [
        t * 1_000,
        *shown,
        volume,
        close_ms,
        f"{quote:.8f}",
        len(own),
        f"{bought:.8f}",
        "0",
        "0",
    ]


def kline_frame(symbol: str, bar: Sequence[Any], *, is_closed: bool) -> str:
    t, o, h, low, c, v, close, q, n, bought = bar[:10]
    data = {"t": t, "T": close, "s": symbol, "i": "1m", "f": 1, "L": 2, "o": o, "c": c, "h": h}
    data |= {"l": low, "v": v, "n": n, "x": is_closed, "q": q, "V": bought, "Q": "0", "B": "0"}
    event = {"e": "kline", "E": close, "s": symbol, "k": data}
    return json.dumps({"stream": f"{symbol.lower()}@kline_1m", "data": event})


def frame(symbol: str, kind: str, trade: FakeTrade) -> str:
    """Return a trade as the combined stream sends it."""
    ms = trade.time_us // 1_000
    data: dict[str, Any] = {"e": kind, "E": ms + 3, "s": symbol}
    if kind == "aggTrade":
        data |= {"a": trade.id, **singles(trade)}
    else:
        data |= {"t": trade.id}
    data |= {"p": trade.price, "q": trade.size, "T": ms, "m": trade.is_maker, "M": True}
    return json.dumps({"stream": f"{symbol.lower()}@{kind}", "data": data})


def singles(trade: FakeTrade) -> dict[str, int]:
    """Return the first and last id of the trades that one was joined from.

    They skip, as those of USD-M do: what comes of the insurance fund is in no aggregate.
    """
    first = trade.id * 5 + (3 if trade.id % 7 == 0 else 0)
    return {"f": first, "l": first + trade.id % 3}


def rest_agg(trade: FakeTrade) -> dict[str, Any]:
    return {
        "a": trade.id,
        "p": trade.price,
        "q": trade.size,
        **singles(trade),
        "T": trade.time_us // 1_000,
        "m": trade.is_maker,
        "M": True,
    }


def rest_trade(trade: FakeTrade) -> dict[str, Any]:
    return {
        "id": trade.id,
        "price": trade.price,
        "qty": trade.size,
        "quoteQty": "0",
        "time": trade.time_us // 1_000,
        "isBuyerMaker": trade.is_maker,
        "isBestMatch": True,
    }
