"""What is used of a ccxt exchange, and how one is opened."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chandlery.core.errors import ConfigError, InputError

Row = Mapping[str, Any]


class Exchange(Protocol):
    """The part of a ccxt exchange (of `ccxt.pro`) that is used here."""

    id: str
    has: Mapping[str, Any]

    async def load_markets(self) -> Mapping[str, Row]:
        """Return the markets by their ccxt symbol."""
        ...

    async def watch_trades(self, symbol: str) -> list[Row]:
        """Return the trades that came since the last call, once there are some."""
        ...

    async def fetch_trades(
        self, symbol: str, since: int | None = None, limit: int | None = None
    ) -> list[Row]:
        """Return trades since a moment in milliseconds."""
        ...

    async def fetch_ohlcv(
        self,
        symbol: str,
        timeframe: str = "1m",
        since: int | None = None,
        limit: int | None = None,
    ) -> list[list[Any]]:
        """Return bars as [milliseconds, open, high, low, close, volume]."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """An exchange, and which of its exceptions mean what."""

    exchange: Exchange
    passing: tuple[type[Exception], ...]
    """Worth another try."""
    final: tuple[type[Exception], ...] = ()
    """Another try is no use. Looked at first."""

    @property
    def retried(self) -> tuple[type[Exception], ...]:
        """What is met by trying again: an answer that cannot be read, too."""
        return (*self.passing, InputError)


def opened(name: str, options: Mapping[str, Any] | None = None) -> Opened:
    """Open an exchange by its ccxt id; nothing is connected yet."""
    try:
        pro = importlib.import_module("ccxt.pro")
        errors = importlib.import_module("ccxt.base.errors")
    except ImportError as error:
        message = "other exchanges need ccxt, which is not installed"
        raise ConfigError(message, hint="pip install 'chandlery[ccxt]'") from error
    if name not in pro.exchanges:
        message = f"an exchange that ccxt can watch expected, found {name!r}"
        raise ConfigError(message, hint="the ids are listed at docs.ccxt.com")
    exchange: Exchange = getattr(pro, name)({"enableRateLimit": True, **(options or {})})
    final = (errors.BadSymbol, errors.NotSupported, errors.AuthenticationError)
    return Opened(exchange, (errors.BaseError, OSError, TimeoutError), final)
