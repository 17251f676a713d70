"""What is traded: a symbol, what it is called, when it trades and how its numbers are shown. Pure.

A symbol is `EXCHANGE:NAME`, such as `BINANCE:BTCUSDT`, or a name alone. Case is kept and does not
tell symbols apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from chandlery.core.calendar import Calendar
from chandlery.core.errors import UsageError
from chandlery.core.session import ALWAYS

MOST_CHARACTERS = 128

_SYMBOL = re.compile(r"[A-Za-z0-9._\-/:@#+!$&()=^*]{1,128}")
_EXCHANGE = re.compile(r"([A-Za-z0-9._\-]+):(.+)")
"""A name may hold a colon too (`BTC/USDT:USDT`), but never an exchange a slash."""

_SEPARATED = re.compile(r"([^-/_:]+)[-/_]([^-/_:]+)(?:[-/_:].*)?")
_CONTRACT = re.compile(r"[._-](P|PERP|SWAP)", re.IGNORECASE)
_STABLE = ("FDUSD", "USDT", "USDC", "USDE", "BUSD", "TUSD", "PYUSD", "USD1")
_CASH = ("USD", "EUR", "GBP", "JPY", "TRY", "BRL", "AUD", "CAD", "CHF", "KRW", "INR", "MXN", "DAI")
_COINS = ("BTC", "ETH", "BNB", "SOL", "XRP")
_QUOTES = tuple(sorted(_STABLE + _CASH + _COINS, key=len, reverse=True))
_PAIRLESS = ("stock", "index", "fund", "bond")


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A market: a value that can be stored as plain fields.

    `session` and `time_zone` are as in Calendar. `price_scale` is the power of ten that makes
    shown prices whole, 0 while no price is known; `volume_precision` is decimals. A `hidden` one
    is left out of lists and searches. `edited` names what was set by hand: nothing else changes it.
    """

    symbol: str
    exchange: str = ""
    base: str = ""
    quote: str = ""
    type: str = "crypto"
    description: str = ""
    session: str = ALWAYS
    time_zone: str = "UTC"
    price_scale: int = 0
    volume_precision: int = 0
    hidden: bool = False
    edited: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbol", symbol_of(self.symbol))
        Calendar(self.session, self.time_zone)

    @classmethod
    def of(cls, symbol: str, **overrides: Any) -> Market:
        """Return the market of a symbol, guessing what the symbol tells; overrides win."""
        exchange, name = split_symbol(symbol_of(symbol))
        pairless = overrides.get("type") in _PAIRLESS
        base, quote = ("", "") if pairless else guess_pair(name)
        return cls(
            **{"symbol": symbol, "exchange": exchange, "base": base, "quote": quote} | overrides
        )

    def learned(self, other: Market) -> Market:
        """Return what is known when a source tells of the market: what was set by hand stays."""
        kept = {name: getattr(self, name) for name in (*self.edited, "edited")}
        return replace(other, **kept)

    @property
    def name(self) -> str:
        """The symbol without its exchange."""
        return split_symbol(self.symbol)[1]

    @property
    def key(self) -> str:
        """What tells symbols apart: the symbol in upper case."""
        return self.symbol.upper()

    @property
    def calendar(self) -> Calendar:
        """When the market trades."""
        return Calendar(self.session, self.time_zone)


def symbol_of(text: str) -> str:
    """Return a symbol without surrounding space; refuse what could not be in a URL or a table."""
    symbol = text.strip()
    if _SYMBOL.fullmatch(symbol) is None:
        shown = text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 3]}..."
        message = (
            f"a symbol of 1 to {MOST_CHARACTERS} characters out of A-Z a-z 0-9 "
            f". _ - / : @ # + ! $ & ( ) = ^ * expected, found {shown!r}"
        )
        raise UsageError(message, hint="write symbols as EXCHANGE:NAME, such as BINANCE:BTCUSDT")
    return symbol


def split_symbol(symbol: str) -> tuple[str, str]:
    """Return the exchange, empty if there is none, and the name."""
    found = _EXCHANGE.fullmatch(symbol)
    return (found[1], found[2]) if found else ("", symbol)


def guess_pair(name: str) -> tuple[str, str]:
    """Return base and quote as a name tells them; both empty if it does not.

    `BTC-USD`, `BTC/USDT:USDT` and `BTCUSDT.P` tell them, `AAPL` does not.
    """
    name = _CONTRACT.sub("", name)
    separated = _SEPARATED.fullmatch(name)
    if separated:
        return separated[1], separated[2]
    for quote in _QUOTES:
        base = name[: -len(quote)]
        # One letter before a coin or a currency is rather a name (WETH, GBTC) than a pair.
        if name.upper().endswith(quote) and len(base) >= (1 if quote in _STABLE else 2):
            return base, name[-len(quote) :]
    return "", ""
