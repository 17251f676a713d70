"""Hyperliquid as a live venue: public trades, or candles, of perps, spot and builders' perps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chandlery.core.errors import ConfigError
from chandlery.core.resolution import Resolution
from chandlery.sources.hyperliquid import parse
from chandlery.sources.hyperliquid.candles import OpenCandles
from chandlery.sources.live.plans import shared_out
from chandlery.sources.live.venue import Acknowledged, Event, Plan, VenueLimits

WS_URL = "wss://api.hyperliquid.xyz/ws"

MOST_COINS = 200
"""Of a connection: an address may have 1,000 subscriptions on 10 connections."""

_LIMITS = VenueLimits(messages_per_s=20.0, silent_s=60.0, heartbeat_s=30.0)
_PING = '{"method":"ping"}'


@dataclass(frozen=True, slots=True)
class Hyperliquid:
    """See `Venue`. Symbols are coins as Hyperliquid writes them: `BTC`, `@107`, `xyz:GOLD`."""

    url: str = WS_URL
    gives_trades: bool = True
    bar: Resolution | None = None
    _candles: OpenCandles = field(default_factory=OpenCandles, repr=False, compare=False)

    name = "hyperliquid"
    limits = _LIMITS
    are_ids_contiguous = False

    def __post_init__(self) -> None:
        if self.bar is not None and str(self.bar) not in parse.INTERVALS:
            message = f"candles of {', '.join(parse.INTERVALS)} expected, found {self.bar}"
            raise ConfigError(message, hint="take one of those, or trades, which make every bar")

    def plans(self, symbols: Sequence[str]) -> list[Plan]:
        """See `Venue.plans`: a message subscribes to one coin."""
        return shared_out(self.url, symbols, MOST_COINS, self._texts)

    def read(self, frame: str | bytes) -> Iterator[Event]:
        """See `Venue.read`. A candle is closed once the next one comes on the same connection."""
        found = parse.message(frame)
        if isinstance(found, list):
            for each in found:
                yield from self._row(each)
        elif isinstance(found, parse.Subscribed):
            self._candles.forget(found.subscription.coin, found.subscription.interval)
            yield Acknowledged()
        elif found is not None:
            yield found

    def heartbeat(self, now_s: int) -> str | None:
        """See `Venue.heartbeat`: a connection that says nothing for a minute is cut."""
        return _PING

    def market_of(self, symbol: str) -> str:
        """See `Venue.market_of`."""
        return f"HYPERLIQUID:{symbol}"

    def _row(self, row: parse.Trade | parse.Candle) -> Iterator[Event]:
        if isinstance(row, parse.Trade):
            yield parse.trade_event(row)
            return
        closed = self._candles.take(row)
        if closed is not None:
            yield parse.bar_event(closed, is_closed=True)
        yield parse.bar_event(row, is_closed=False)

    def _texts(self, symbols: Sequence[str]) -> list[object]:
        kinds: list[dict[str, str]] = [{"type": "trades"}] if self.gives_trades else []
        if self.bar is not None:
            kinds.append({"type": "candle", "interval": str(self.bar)})
        return [
            {"method": "subscribe", "subscription": {**kind, "coin": symbol}}
            for symbol in symbols
            for kind in kinds
        ]
