"""What the value of a setting may be, how each is read from text, and how it is shown. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import PlainValidator
from typing_extensions import override

from chandlery.core.errors import UnknownResolutionError, UsageError
from chandlery.core.filters import USUAL_WINDOW_S, Rule
from chandlery.core.resolution import Resolution

FOREVER = "forever"
NONE = "none"
SIZE = r"^[1-9][0-9]*(\.[0-9]+)? ?([KMGT]i?B)$"
"""What the database takes as a size."""
EVERY_ORIGIN = "*"
SHORTEST_SECRET = 32
HIDDEN = "***"

Network = IPv4Network | IPv6Network
Item = TypeVar("Item")

_LENGTHS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"([1-9]\d{0,8})\s*([smhdwy])")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([KMGT]?)(I?)B?")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
STREAMS = ("kline", "aggTrade", "trade")
_FOLLOWED = re.compile(r"([a-z][a-z0-9_-]*(?:[./][a-z0-9_-]+)*):(.+)")
"""Venues are written in small letters, so a symbol with a colon in it is none."""
_PORTS = {"http": 80, "https": 443}


class Seconds(int):
    """A length of time; 0 means for ever."""

    @override
    def __str__(self) -> str:
        if not self:
            return FOREVER
        length, unit = max(
            (length, unit) for unit, length in _LENGTHS.items() if self % length == 0
        )
        return f"{self // length}{unit}"


class Span(Seconds):
    """A length of time; 0 is none."""

    @override
    def __str__(self) -> str:
        return super().__str__() if self else NONE


class Size(int):
    """A number of bytes."""

    @override
    def __str__(self) -> str:
        for power, unit in ((4, "T"), (3, "G"), (2, "M"), (1, "K")):
            for base, suffix in ((1_000, "B"), (1_024, "iB")):
                if self and self % base**power == 0:
                    return f"{self // base**power}{unit}{suffix}"
        return f"{int(self)}B"


class Secret:
    """A text that is never shown; `reveal` gives it to whoever must have it.

    No `str`, so that nothing that writes text or JSON can take it for one.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    @override
    def __str__(self) -> str:
        return HIDDEN if self._text else ""

    @override
    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """Return the text."""
        return self._text


class Listed(tuple[Item, ...], Generic[Item]):
    """Several values in one setting, shown as they are written."""

    __slots__ = ()

    @override
    def __str__(self) -> str:
        return ", ".join(map(str, self))


class EventTables(dict[str, dict[str, str]]):
    """How kinds of events become trades, in the words of the settings; shown by their names."""

    @override
    def __str__(self) -> str:
        return ", ".join(self)


class FilterTables(dict[str, Rule]):
    """By which rules trades are left out of the candles of which markets; shown by the patterns."""

    @override
    def __str__(self) -> str:
        return ", ".join(self)


def bytes_of(text: str) -> int:
    """Return the bytes a size such as 64KB (1,000 bytes each), 256MiB (1,024) or 4096 names."""
    found = _SIZE.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError(text)
    base = 1_024 if found[3] else 1_000
    amount = Decimal(found[1]) * base ** _POWERS[found[2]]
    if amount < 1 or amount != int(amount):
        raise ValueError(text)
    return int(amount)


def read_duration(value: object) -> Seconds:
    """Read a length of time, or `forever`."""
    text = str(value).strip().lower()
    if text == FOREVER:
        return Seconds(0)
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return Seconds(int(found[1]) * _LENGTHS[found[2]])


def read_span(value: object) -> Span:
    """Read a length of time, or `none`."""
    text = str(value).strip().lower()
    if text in (NONE, "0"):
        return Span(0)
    found = read_duration(text)
    if not found:
        raise ValueError(text)
    return Span(found)


def read_ladder(value: object) -> tuple[Resolution, ...]:
    """Read the rungs, a text or a list."""
    texts = value if isinstance(value, list) else str(value).replace(",", " ").split()
    try:
        rungs = tuple(Resolution.parse(str(text)) for text in texts)
    except UnknownResolutionError as error:
        raise ValueError(error.message) from error
    if not rungs:
        raise ValueError(value)
    return rungs


def _size(value: object) -> Size:
    return Size(bytes_of(str(value)))


def _secret(value: object) -> Secret:
    if not isinstance(value, str) or 0 < len(value) < SHORTEST_SECRET:
        raise ValueError
    return Secret(value)


def _listed(read: Callable[[str], Item]) -> Callable[[object], Listed[Item]]:
    """Return what reads a list, or a text with commas or blanks between the items."""

    def read_all(value: object) -> Listed[Item]:
        texts = value if isinstance(value, list | tuple) else str(value).replace(",", " ").split()
        return Listed(dict.fromkeys(read(str(text)) for text in texts))

    return read_all


def _events(value: object) -> EventTables:
    tables = json.loads(value) if isinstance(value, str) else value
    if not isinstance(tables, dict):
        raise ValueError(value)
    for table in tables.values():
        if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
            raise ValueError(value)
    return EventTables(tables)


def _filters(value: object) -> FilterTables:
    tables = json.loads(value) if isinstance(value, str) else value
    if not isinstance(tables, dict):
        raise ValueError(value)
    return FilterTables({pattern: _rule(table) for pattern, table in tables.items()})


def _rule(table: object) -> Rule:
    """Read a table of numbers, `window` being a time such as 15m."""
    names = {"min_notional", "max_deviation", "window"}
    if not isinstance(table, dict) or not table or set(table) - names:
        raise ValueError(table)
    try:
        return Rule(
            min_notional=float(table.get("min_notional", 0)),
            max_deviation=float(table.get("max_deviation", 0)),
            window_s=int(read_duration(table.get("window", f"{USUAL_WINDOW_S}s"))),
        )
    except (TypeError, UsageError) as error:
        raise ValueError(table) from error


def _origin(text: str) -> str:
    """Return an origin as browsers write it: in small letters, without the usual port."""
    written = text.strip().lower().removesuffix("/")
    if written == EVERY_ORIGIN:
        return EVERY_ORIGIN
    if not _ORIGIN.fullmatch(written):
        raise ValueError(text)
    parts = urlsplit(written)
    if parts.port == _PORTS[parts.scheme]:
        return written.rpartition(":")[0]
    return written


def read_followed(value: object) -> Listed[str]:
    """Read `binance:BTCUSDT,ETHUSDT`: a venue counts until the next one is named."""
    texts = value if isinstance(value, list | tuple) else str(value).replace(",", " ").split()
    venue, found = "", []
    for text in (part for each in texts for part in str(each).replace(",", " ").split()):
        named = _FOLLOWED.fullmatch(text)
        venue, symbol = (named[1], named[2]) if named else (venue, text)
        if not venue:
            raise ValueError(text)
        found.append(f"{venue}:{symbol}")
    return Listed(dict.fromkeys(found))


def _streams(text: str) -> str:
    known = {name.lower(): name for name in STREAMS}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _address(schemes: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        parts = urlsplit(str(value).strip())
        if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(value)
        return parts.geturl().rstrip("/")

    return read


def _network(text: str) -> Network:
    return ip_network(text.strip(), strict=False)


History = Annotated[Span, PlainValidator(read_span)]
Followed = Annotated[Listed[str], PlainValidator(read_followed)]
Streams = Annotated[Listed[str], PlainValidator(_listed(_streams))]
WebAddress = Annotated[str, PlainValidator(_address(("https", "http")))]
StreamAddress = Annotated[str, PlainValidator(_address(("wss", "ws")))]
Duration = Annotated[Seconds, PlainValidator(read_duration)]
Ladder = Annotated[tuple[Resolution, ...], PlainValidator(read_ladder)]
Bytes = Annotated[Size, PlainValidator(_size)]
Hidden = Annotated[Secret, PlainValidator(_secret)]
Origins = Annotated[Listed[str], PlainValidator(_listed(_origin))]
Filters = Annotated[FilterTables, PlainValidator(_filters)]
Events = Annotated[EventTables, PlainValidator(_events)]
Networks = Annotated[Listed[Network], PlainValidator(_listed(_network))]
