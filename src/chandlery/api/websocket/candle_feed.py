"""The feed of one series of bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from chandlery.api.websocket.feed import Feed
from chandlery.api.websocket.frames import text_frame
from chandlery.api.websocket.gaps_feed import GapsOf
from chandlery.api.websocket.limits import Limits
from chandlery.api.websocket.messages import Types, bars_message, name_of, named
from chandlery.api.websocket.openings import Openings
from chandlery.api.websocket.topics import Topic
from chandlery.core.candles import Candles
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.resolution import Resolution
from chandlery.engine.live import Live, Window
from chandlery.engine.live.series import Series
from chandlery.engine.registry import Registry
from chandlery.formats.bars_json import bars_json


@dataclass(frozen=True, slots=True)
class Shop:
    """What feeds are made of."""

    live: Live
    registry: Registry
    clock: Clock
    limits: Limits
    gaps_of: GapsOf
    openings: Openings


class CandleFeed(Feed):
    """Sends the bars that changed, whole."""

    def __init__(
        self, topic: Topic, resolution: Resolution, shop: Shop, touch: Callable[[Feed], None]
    ) -> None:
        super().__init__(topic)
        self.every_s = shop.limits.flush_s
        self._resolution = resolution
        self._shop = shop
        self._touch = touch
        self._name = name_of("candles", shop.registry.market(topic.market).symbol, str(resolution))
        self._series: Series | None = None
        self._end = (0, 0)

    @override
    async def open(self) -> None:
        series = await self._shop.live.watch(self.topic.market, self._resolution, self._changed)
        self._series = series
        self.mark = series.sequence

    @override
    async def prepare(self, bars: int) -> None:
        # A series is loaded with some bars, and holds more once they were asked for.
        if bars > len(self._now):
            window = Window(count=bars)
            await self._shop.live.page(self.topic.market, self._resolution, window)

    @override
    def close(self) -> None:
        if self._series is not None:
            self._shop.live.unwatch(self._series, self._changed)
            self._series = None

    @override
    def position(self) -> int:
        return self._now.sequence

    @override
    def between(self, mark: int) -> bytes | None:
        series = self._now
        last = series.last_alone_since(mark)
        if last is not None:
            t, bar = last
            return self._framed("update", series.sequence, b"[%s]" % bar, t)
        changed = series.since(mark)
        if changed is None or len(changed.candles) > self._shop.limits.most_bars:
            return None
        if not len(changed.candles):
            return b""
        if not changed.corrected.any():
            return self._bars("update", series.sequence, changed.candles)
        late = changed.candles.take(changed.corrected)
        rest = changed.candles.take(~changed.corrected)
        if not len(rest):
            return self._bars("correction", series.sequence, late)
        # Whoever is lost after the first of two messages has not seen this sequence yet.
        first = self._bars("correction", mark, late)
        return first + self._bars("update", series.sequence, rest)

    @override
    def opening(self, bars: int, since: int | None) -> bytes:
        series = self._now
        has_ended = series.forming is None or self._is_closed(series.forming.t)
        # Older bars can be read in front of a series without a change of what is told of it. A feed
        # that is opened again may follow another series, whose sequences mean something else.
        held = (series.since_sequence, series.sequence, len(series), has_ended)
        asked = (self, *held, bars, since)
        return self._shop.openings.of(asked, lambda: self._opening(bars, since))

    def _opening(self, bars: int, since: int | None) -> bytes:
        if since is None:
            return self._bars("snapshot", self._now.sequence, self._now.newest(bars))
        frames = self.between(since)
        if frames is None:
            return self.renewing(bars)
        return frames or self._bars("update", self._now.sequence, Candles.empty())

    @override
    def renewing(self, bars: int) -> bytes:
        return text_frame(named("resync", self._name)) + self.opening(bars, None)

    @property
    def _now(self) -> Series:
        if self._series is None:
            message = "a feed is opened before it is used"
            raise RuntimeError(message)
        return self._series

    def _bars(self, kind: Types, sequence: int, candles: Candles) -> bytes:
        last = int(candles.t[-1]) if len(candles) else None
        return self._framed(kind, sequence, bars_json(candles, "rows"), last)

    def _framed(self, kind: Types, sequence: int, bars: bytes, last: int | None) -> bytes:
        is_closed = last is None or self._is_closed(last)
        return text_frame(bars_message(kind, self._name, sequence, bars, closed=is_closed))

    def _is_closed(self, t: int) -> bool:
        """Return whether the bar at a time has ended."""
        if self._end[0] != t:
            calendar = self._shop.registry.calendars.of(self.topic.market)
            begin = calendar.open(self._resolution, np.array([t]))
            self._end = (t, int(calendar.next_open(self._resolution, begin)[0]))
        return self._end[1] * US <= self._shop.clock.now_us()

    def _changed(self, series: Series) -> None:
        self._touch(self)
