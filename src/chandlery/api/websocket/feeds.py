"""The feeds in use: made when the first client comes, closed when the last one goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import numpy as np

from chandlery.api.websocket.candle_feed import CandleFeed, Shop
from chandlery.api.websocket.feed import Feed
from chandlery.api.websocket.gaps_feed import GapsFeed
from chandlery.api.websocket.latest_feed import LatestFeed, TickerFeed, TickerOf
from chandlery.api.websocket.pump import Pump
from chandlery.api.websocket.topics import NO_MARKET, Topic
from chandlery.api.websocket.trade_feed import TradeFeed
from chandlery.core.trades import Trades

STATUS = Topic("status")


class Feeds:
    """Makes and closes feeds, and brings trades to those of their markets."""

    def __init__(self, shop: Shop, ticker_of: TickerOf, pump: Pump) -> None:
        self._shop = shop
        self._ticker_of = ticker_of
        self._pump = pump
        self._feeds: dict[Topic, Feed] = {}
        self._opening: dict[Topic, asyncio.Task[None]] = {}
        self._trades: dict[int, TradeFeed] = {}
        self._tickers: dict[int, TickerFeed] = {}
        self.gaps: dict[int, GapsFeed] = {}
        self.statuses: dict[int, LatestFeed] = {NO_MARKET: LatestFeed(STATUS)}
        """Of the whole server, and of the markets whose feed somebody watches."""

    @property
    def status(self) -> LatestFeed:
        """What tells of the whole server; it is always there."""
        return self.statuses[NO_MARKET]

    def __len__(self) -> int:
        return len(self._feeds)

    async def acquire(self, topic: Topic) -> Feed:
        """Return the feed of a topic; `release` it in the end."""
        if topic == STATUS:
            return self.status
        feed = self._feeds.get(topic)
        if feed is None:
            feed = self._feeds[topic] = self._make(topic)
            self._opening[topic] = asyncio.get_running_loop().create_task(feed.open())
        feed.users += 1
        try:
            if (opening := self._opening.get(topic)) is not None:
                await asyncio.shield(opening)
                self._opening.pop(topic, None)
        except BaseException:
            self.release(feed)
            raise
        return feed

    def release(self, feed: Feed) -> None:
        """Say that a client has gone."""
        if feed is self.status:
            return
        feed.users -= 1
        if feed.users == 0:
            self._close(feed)

    def add_trades(self, trades: Trades) -> None:
        """Take in trades that were committed."""
        followed = self._trades.keys() | self._tickers.keys()
        if not followed or not len(trades):
            return
        for market in followed.intersection(np.unique(trades.market).tolist()):
            if (ticker := self._tickers.get(market)) is not None:
                ticker.refresh(self._pump.touch)
            if (feed := self._trades.get(market)) is not None:
                feed.add_trades(trades.take(trades.market == market))
                self._pump.touch(feed)

    def note_seen(self, markets: Iterable[int]) -> None:
        """Take note of markets of which something was collected, or missed."""
        for market in self.gaps.keys() & markets if self.gaps else ():
            self.gaps[market].is_stale = True

    def look_at_gaps(self) -> None:
        """Tell of gaps that are others now."""
        for feed in list(self.gaps.values()):
            if feed.is_stale and feed.look() and len(feed):
                self._pump.touch(feed)

    def all(self) -> Iterable[Feed]:
        """Return the feeds."""
        return (*self._feeds.values(), self.status)

    def _make(self, topic: Topic) -> Feed:
        if topic.resolution is not None:
            return CandleFeed(topic, topic.resolution, self._shop, self._pump.touch)
        if topic.channel == "status":
            return self.statuses.setdefault(topic.market, LatestFeed(topic))
        symbol, limits = self._shop.registry.market(topic.market).symbol, self._shop.limits
        if topic.channel == "trades":
            feed = self._trades[topic.market] = TradeFeed(topic, symbol, limits)
            return feed
        if topic.channel == "gaps":
            gaps = self.gaps[topic.market] = GapsFeed(topic, symbol, self._shop.gaps_of)
            return gaps
        ticker = TickerFeed(topic, symbol, self._ticker_of, limits)
        self._tickers[topic.market] = ticker
        return ticker

    def _close(self, feed: Feed) -> None:
        topic = feed.topic
        del self._feeds[topic]
        opening = self._opening.pop(topic, None)
        if opening is not None:
            opening.cancel()
        if topic.channel == "trades":
            del self._trades[topic.market]
        elif topic.channel == "ticker":
            del self._tickers[topic.market]
        elif topic.channel == "gaps":
            del self.gaps[topic.market]
        elif topic.channel == "status":
            del self.statuses[topic.market]
        self._pump.forget(feed)
        feed.close()
