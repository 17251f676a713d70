"""The bar in the making: trades that come in order are added, anything else must be read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from chandlery.core.candles import Candles, significant_one
from chandlery.engine.edge import Partials

Key: TypeAlias = tuple[int, int, int]
"""Where a trade stands in its market's order: time, sequence, id."""
NEVER: Key = (-(1 << 62), 0, 0)


class Part(NamedTuple):
    """What one commit brought for one bar: the fold of its trades."""

    market: int
    t: int
    o: float
    h: float
    l: float  # noqa: E741 - the column's name everywhere
    c: float
    v: float
    q: float
    n: int
    bv: float
    first: Key
    last: Key


def parts_of(partials: Partials) -> Iterator[Part]:
    """Yield the rows, by market and time."""
    columns = [column.tolist() for column in partials.columns().values()]
    for row in zip(*columns, strict=True):
        yield Part._make((*row[:10], row[10:13], row[13:16]))


@dataclass(slots=True)
class Forming:
    """One bar: sums are not rounded. Of one that was read, only the newest moment is known."""

    market: int
    t: int
    o: float
    h: float
    l: float  # noqa: E741 - the column's name everywhere
    c: float
    v: float
    q: float
    n: int
    bv: float
    given: bool = False
    first: Key | None = None
    last: Key = NEVER

    @classmethod
    def of_part(cls, part: Part) -> Forming:
        """Begin a bar."""
        return cls(*part[:10], given=False, first=part.first, last=part.last)

    @classmethod
    def of_read(cls, candles: Candles, newest_us: int) -> Forming:
        """Go on with the last bar that was read; no trade of it is after a moment."""
        return cls(**candles.row(-1), last=(newest_us, 1 << 62, 1 << 62))

    def add(self, part: Part) -> bool:
        """Add trades of this bar; return False, nothing being done, if it must be read again."""
        if self.given:
            return False
        if part.first > self.last:
            self.c, self.last = part.c, part.last
        elif self.first is not None:
            self._merge_ends(part)
        else:
            return False
        self.h = max(self.h, part.h)
        self.l = min(self.l, part.l)
        self.v += part.v
        self.q += part.q
        self.n += part.n
        self.bv += part.bv
        return True

    def _merge_ends(self, part: Part) -> None:
        """Trades came between others of this bar, all of which are known."""
        if self.first is not None and part.first < self.first:
            self.o, self.first = part.o, part.first
        if part.last > self.last:
            self.c, self.last = part.c, part.last

    def candles(self) -> Candles:
        """Return the bar as one row."""
        bar = self.bar()
        columns = {name: (value,) for name, value in bar.items()}
        return Candles.of(market=(self.market,), given=(self.given,), **columns)

    def bar(self) -> dict[str, float]:
        """Return the numbers of the bar."""
        return {
            "t": self.t,
            "o": self.o,
            "h": self.h,
            "l": self.l,
            "c": self.c,
            "v": significant_one(self.v),
            "q": significant_one(self.q),
            "n": self.n,
            "bv": significant_one(self.bv),
        }
