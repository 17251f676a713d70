"""Binance's REST interface: trades and bars of the past, within the weight limit."""

from __future__ import annotations

from collections.abc import Sequence

from chandlery.core.resolution import Resolution
from chandlery.sources.binance import parse
from chandlery.sources.binance.sites import Site
from chandlery.sources.binance.venue import Stream
from chandlery.sources.live.asking import Ask, Request
from chandlery.sources.live.http import Budget
from chandlery.sources.live.rest import BarPage, Listed, TradePage

PAGE = 1_000
WEIGHT_HEADER = "X-MBX-USED-WEIGHT-1M"
WINDOW_MS = 3_600_000
"""Trades may be asked by time an hour at a time."""
MS, US = 1_000, 1_000_000


class BinanceRest:
    """See Rest."""

    def __init__(self, site: Site, ask: Ask, budget: Budget, trades: Stream | None) -> None:
        self._site = site
        self._ask = ask
        self._budget = budget
        self._takes_single = trades == "trade"

    async def listed(self, symbols: Sequence[str]) -> Listed:
        """See Rest.listed."""
        body = await self._get("exchangeInfo", {}, self._site.exchange_info)
        found, limit = parse.info(body)
        if limit is not None:
            self._budget.limit = limit
        wanted = [each for each in found if each.symbol in set(symbols)]
        suffix = self._site.suffix
        markets = {
            each.symbol: parse.market_of(
                each, f"BINANCE:{each.symbol}{suffix}", is_contract=bool(suffix)
            )
            for each in wanted
        }
        halted = tuple(each.symbol for each in wanted if not parse.is_trading(each))
        return Listed(markets, halted)

    async def trades_after(self, symbol: str, after_id: int) -> TradePage:
        """See Rest.trades_after."""
        query = {"symbol": symbol, "fromId": str(after_id + 1), "limit": str(PAGE)}
        if self._takes_single:
            body = await self._get("historicalTrades", query, self._site.trades)
            events = parse.trades(body, symbol)
        else:
            body = await self._get("aggTrades", query, self._site.agg_trades)
            events, _ = parse.agg_trades(body, symbol)
        fresh = [event for event in events if isinstance(event.id, int) and event.id > after_id]
        return TradePage(fresh, is_last=len(events) < PAGE)

    async def trades_between(self, symbol: str, start_us: int, end_us: int) -> TradePage:
        """See Rest.trades_between."""
        start_ms = start_us // MS
        until_ms = min(-(-end_us // MS), start_ms + WINDOW_MS)
        query = {
            "symbol": symbol,
            "startTime": str(start_ms),
            "endTime": str(until_ms - 1),
            "limit": str(PAGE),
        }
        body = await self._get("aggTrades", query, self._site.agg_trades)
        events, first = parse.agg_trades(body, symbol)
        if self._takes_single and first is not None:
            single = {"symbol": symbol, "fromId": str(first), "limit": str(PAGE)}
            body = await self._get("historicalTrades", single, self._site.trades)
            events = parse.trades(body, symbol)
        is_whole = len(events) < PAGE
        inside = parse.events_between(events, start_us, min(end_us, until_ms * MS))
        return TradePage(
            inside,
            is_last=is_whole and until_ms * MS >= end_us,
            upto_us=until_ms * MS if is_whole else None,
        )

    async def bars(self, symbol: str, resolution: Resolution, start: int, end: int) -> BarPage:
        """See Rest.bars."""
        query = {
            "symbol": symbol,
            "interval": str(resolution),
            "startTime": str(start * MS),
            "endTime": str(end * MS - 1),
            "limit": str(PAGE),
        }
        body = await self._get("klines", query, self._site.klines)
        events = parse.klines(body, symbol, resolution)
        inside = [event for event in events if start <= event.t < end]
        return BarPage(inside, is_last=len(events) < PAGE)

    async def close(self) -> None:
        """See Rest.close."""
        await self._ask.close()

    async def _get(self, name: str, query: dict[str, str], weight: int) -> bytes:
        return await self._ask(Request(f"{self._site.prefix}/{name}", query, weight=weight))
