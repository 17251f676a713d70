"""The length of a bar as a value: parsed from the spellings in use, printed, compared.

How bars of a resolution lie on the time line is the calendar's knowledge, not this module's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import total_ordering

from typing_extensions import override

from chandlery.core.errors import UnknownResolutionError


class Unit(IntEnum):
    """What a resolution counts; the value is the unit's nominal length in seconds."""

    SECOND = 1
    DAY = 86_400
    WEEK = 604_800
    MONTH = 2_592_000


MOST = {Unit.SECOND: Unit.DAY - 1, Unit.DAY: 365, Unit.WEEK: 52, Unit.MONTH: 12}
"""The largest count of each unit. Longer bars than a year are not kept."""

_EXPECTED = "expected such as 1s, 1m, 1h, 1d, 1w, 1M, or 1S, 60, 1D"
_SPELLING = re.compile(r"([1-9][0-9]{0,4})?([A-Za-z]{0,7})")
_MINUTE, _HOUR = (60, Unit.SECOND), (3600, Unit.SECOND)
_LETTERS = {
    "": _MINUTE,
    "s": (1, Unit.SECOND),
    "S": (1, Unit.SECOND),
    "m": _MINUTE,
    "h": _HOUR,
    "H": _HOUR,
    "d": (1, Unit.DAY),
    "D": (1, Unit.DAY),
    "w": (1, Unit.WEEK),
    "W": (1, Unit.WEEK),
    "M": (1, Unit.MONTH),
}
_WORDS = {
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "mo": "M",
    "mon": "M",
    "month": "M",
}
_BARE = ("D", "W", "M")
"""Letters that TradingView writes without a count."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Resolution:
    """The length of a bar: `count` units. Minutes and hours are counted in seconds.

    86,400 seconds are one day. Ordered by nominal length; of two equally long ones (`7d`, `1w`)
    the one with the smaller unit comes first.
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit is Unit.SECOND and self.count == Unit.DAY:
            object.__setattr__(self, "count", 1)
            object.__setattr__(self, "unit", Unit.DAY)
        if not 1 <= self.count <= MOST[self.unit]:
            found = f"{self.count} {self.unit.name.lower()}s"
            raise _unknown(found)

    @classmethod
    def parse(cls, text: str) -> Resolution:
        """Return the resolution that a TradingView, exchange or plain spelling names.

        `1m` is a minute and `1M` a month; a number alone counts minutes.
        """
        found = _SPELLING.fullmatch(text.strip())
        if found is None:
            raise _unknown(text)
        digits, suffix = found.groups()
        size = _LETTERS.get(_letter(suffix))
        if size is None or (digits is None and suffix not in _BARE):
            raise _unknown(text)
        multiplier, unit = size
        try:
            return cls(int(digits or 1) * multiplier, unit)
        except UnknownResolutionError:
            raise _unknown(text) from None

    @override
    def __str__(self) -> str:
        if self.unit is Unit.SECOND:
            for length, letter in ((3600, "h"), (60, "m")):
                if self.count % length == 0:
                    return f"{self.count // length}{letter}"
        return f"{self.count}{self._letter}"

    def __lt__(self, other: Resolution) -> bool:
        return (self.seconds, self.unit) < (other.seconds, other.unit)

    @property
    def tradingview(self) -> str:
        """The spelling TradingView's library uses: `1S`, `60`, `1D`, `1W`, `1M`."""
        if self.unit is Unit.SECOND and self.count % 60 == 0:
            return str(self.count // 60)
        return f"{self.count}{self._letter.upper()}"

    @property
    def seconds(self) -> int:
        """The nominal length, a month being 30 days: for ordering and estimates only."""
        return self.count * self.unit

    @property
    def is_intraday(self) -> bool:
        """Whether bars are shorter than a day."""
        return self.unit is Unit.SECOND

    def divides(self, other: Resolution) -> bool:
        """Return whether each bar of `other` is a whole number of our bars, on any calendar.

        Multiples of one unit restart together. Days and months, whatever their count, restart on
        1 January, so a year is made of them; weeks restart on the year's first Monday.
        """
        if self.unit is other.unit and other.count % self.count == 0:
            return True
        if other == _YEAR:
            return self.unit is not Unit.WEEK
        return not other.is_intraday and (self.is_intraday or self == _DAY)

    @property
    def _letter(self) -> str:
        return "M" if self.unit is Unit.MONTH else self.unit.name[0].lower()


_DAY = Resolution(1, Unit.DAY)
_YEAR = Resolution(12, Unit.MONTH)


def _letter(suffix: str) -> str:
    """Return the one-letter form of a suffix, for words of any case and number."""
    if len(suffix) < 2:
        return suffix
    word = suffix.lower()
    return _WORDS.get(word) or _WORDS.get(word.removesuffix("s")) or suffix


def _unknown(text: str) -> UnknownResolutionError:
    shown = text if len(text) <= 40 else f"{text[:37]}..."
    return UnknownResolutionError(f"unknown resolution {shown!r} ({_EXPECTED})")
