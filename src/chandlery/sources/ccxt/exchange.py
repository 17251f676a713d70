"""What is used of a ccxt exchange, and how one is opened."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

from chandlery.core.errors import ConfigError, InputError

Row = Mapping[str, Any]
WATCHING, ASKING = "ccxt.pro", "ccxt.async_support"


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
    errors = _module("ccxt.base.errors")
    maker = getattr(_module(_home_of(name)), name)
    exchange: Exchange = maker({"enableRateLimit": True, **(options or {})})
    final = (errors.BadSymbol, errors.NotSupported, errors.AuthenticationError)
    return Opened(exchange, (errors.BaseError, OSError, TimeoutError), final)


def check_exchange(name: str) -> None:
    """Raise ConfigError if ccxt has no such exchange, or is not installed."""
    _home_of(name)


def _home_of(name: str) -> str:
    """Return the module that has an exchange: one that can watch it, if there is one."""
    watched, asked = _module(WATCHING).exchanges, _module(ASKING).exchanges
    if name in watched:
        return WATCHING
    if name in asked:
        return ASKING
    near = ", ".join(get_close_matches(name, sorted({*watched, *asked}), 3))
    message = f"ccxt has no exchange {name!r}"
    hint = f"did you mean {near}?" if near else "the ids are listed at docs.ccxt.com"
    raise ConfigError(message, hint=hint)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = "other exchanges need ccxt, which is not installed"
        raise ConfigError(message, hint="pip install 'chandlery[ccxt]'") from error
