"""What Hyperliquid can be asked: its coins, the last few trades, and candles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.sources.hyperliquid.parse import (
    INTERVALS,
    VENUE,
    Candle,
    Trade,
    bar_event,
    trade_event,
)
from chandlery.sources.live.answers import answered, rows
from chandlery.sources.live.asking import Ask, Request
from chandlery.sources.live.recent import PartlyGoneError, recent_page
from chandlery.sources.live.rest import BarPage, GoneError, Listed, TradePage

WEIGHT_A_MINUTE = 1_200

MOST_CANDLES = 5_000
_WEIGHT = 20


class _Perp(msgspec.Struct):
    name: str
    is_delisted: bool = msgspec.field(name="isDelisted", default=False)


class _Perps(msgspec.Struct):
    universe: list[_Perp]


class _Token(msgspec.Struct):
    name: str
    index: int


class _Pair(msgspec.Struct):
    name: str
    tokens: list[int]


class _Pairs(msgspec.Struct):
    universe: list[_Pair]
    tokens: list[_Token]


_TRADES = msgspec.json.Decoder(list[Trade], strict=False)
_CANDLES = msgspec.json.Decoder(list[Candle], strict=False)
_PERPS = msgspec.json.Decoder(_Perps)
_PAIRS = msgspec.json.Decoder(_Pairs)


class HyperliquidRest:
    """See `Rest`. Only the last few trades can be asked for: a longer gap stays one."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        """Take who asks, and the time, which tells open candles from closed ones."""
        self._ask = ask
        self._clock = clock

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See `Rest.listed`: perps, spot pairs, and the perps of the builders that are named."""
        markets: dict[str, Market] = {}
        halted: list[str] = []
        for exchange in dict.fromkeys(["", *(each.rpartition(":")[0] for each in symbols)]):
            body = await self._info({"type": "meta"} | ({"dex": exchange} if exchange else {}))
            for perp in answered(_PERPS, body, VENUE).universe:
                markets[perp.name] = _perp(perp.name)
                if perp.is_delisted:
                    halted.append(perp.name)
        markets |= pairs_of(await self._info({"type": "spotMeta"}))
        known = {symbol: markets[symbol] for symbol in symbols if symbol in markets}
        return Listed(known, tuple(symbol for symbol in halted if symbol in known))

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See `Rest.trades_after`: ids have no order, so there is no answer."""
        message = f"Hyperliquid's trades of {symbol} cannot be asked for by id"
        raise GoneError(message, hint="ask for them by time")

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See `Rest.trades_between`."""
        body = await self._info({"type": "recentTrades", "coin": symbol})
        trades = [trade_event(trade) for trade in rows(_TRADES, body, VENUE)]
        return recent_page(trades, start_us, end_us, most=1)

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See `Rest.bars`. The newest 5,000 candles of an interval are kept."""
        if str(resolution) not in INTERVALS:
            message = f"Hyperliquid has no candles of {resolution}"
            raise GoneError(message, hint=f"ask for one of {', '.join(INTERVALS)}")
        now_s = self._clock.now_us() // US
        oldest = (now_s // resolution.seconds - MOST_CANDLES + 1) * resolution.seconds
        if start < oldest < end:
            message = f"Hyperliquid keeps the last {MOST_CANDLES} candles of {resolution}"
            raise PartlyGoneError(message, oldest * US, hint="coarser candles reach further back")
        until = min(end, start + MOST_CANDLES * resolution.seconds)
        request = {
            "coin": symbol,
            "interval": str(resolution),
            "startTime": start * 1000,
            "endTime": until * 1000 - 1,
        }
        body = await self._info({"type": "candleSnapshot", "req": request})
        candles: list[Candle] = rows(_CANDLES, body, VENUE)
        bars = [
            bar_event(candle, is_closed=True)
            for candle in sorted(candles, key=lambda candle: candle.t)
            if start <= candle.t // 1000 < until and candle.closed_ms < now_s * 1000
        ]
        return BarPage(bars, is_last=until >= end)

    async def close(self) -> None:
        """See `Rest.close`."""
        await self._ask.close()

    async def _info(self, question: Mapping[str, object]) -> bytes:
        body = msgspec.json.encode(question)
        return await self._ask(Request("/info", body=body, weight=_WEIGHT))


def pairs_of(body: bytes) -> dict[str, Market]:
    """Return the markets of `spotMeta`, by coin: a pair's name, which may be `@` and a number."""
    found = answered(_PAIRS, body, VENUE)
    names = {token.index: token.name for token in found.tokens}
    markets = {}
    for pair in found.universe:
        if len(pair.tokens) == 2:
            base, quote = (names.get(token, "") for token in pair.tokens)
            markets[pair.name] = Market.of(
                f"HYPERLIQUID:{pair.name}",
                base=base,
                quote=quote,
                description=f"{base}/{quote} spot",
            )
    return markets


def _perp(name: str) -> Market:
    base = name.rpartition(":")[2]
    return Market.of(f"HYPERLIQUID:{name}", base=base, quote="USD", description=f"{base} perpetual")
