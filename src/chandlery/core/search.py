"""Find markets by what a user types, best match first. Pure.

The texts of all markets lie one after the other in one, shorter names first. So the best matches
of a kind are simply those that are found first, and looking for them is one fast scan.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import NamedTuple

from chandlery.core.market import Market

_NOT_A_WORD = re.compile(r"[\W_]+")
EXACT, BEGINNING, WORD, ANYWHERE = range(4)
"""Kinds of matches, the best first."""


class Match(NamedTuple):
    """A market that was found: in the order in which matches are shown."""

    kind: int
    length: int
    name: str
    symbol: str
    row: int
    """Which of the markets that the index was made of."""


class SearchIndex:
    """The folded texts of markets, made once and asked often."""

    def __init__(self, markets: Iterable[Market]) -> None:
        listed = [_Texts.of(row, market) for row, market in enumerate(markets)]
        listed.sort()
        self._listed = listed
        self._heads = _Joined(f"\n{each.name}\n{each.symbol}\n" for each in listed)
        # A word begins after a space, so that one look finds a beginning of any word.
        self._words = _Joined(f" {_NOT_A_WORD.sub(' ', each.text)}\n" for each in listed)
        self._texts = _Joined(f"{each.text}\n" for each in listed)

    def __len__(self) -> int:
        return len(self._listed)

    def matches(self, query: str) -> Iterator[Match]:
        """Yield what matches a query: exactly, then at the beginning, a word, then anywhere.

        Nothing matches an empty one. Among equally good ones shorter names come first, then
        alphabetical order.
        """
        wanted = query.strip().casefold()
        seen = bytearray(len(self._listed))
        for kind, places in enumerate(self._kinds(wanted) if wanted else ()):
            for place in places:
                if not seen[place]:
                    seen[place] = 1
                    each = self._listed[place]
                    yield Match(kind, each.length, each.name, each.symbol, each.row)

    def _kinds(self, wanted: str) -> Iterator[Iterator[int]]:
        """Yield where each kind of match lies, the best kind first."""
        word = _NOT_A_WORD.sub(" ", wanted).strip()
        yield self._heads.having(f"\n{wanted}\n")
        yield self._heads.having(f"\n{wanted}")
        yield self._words.having(f" {word}") if word else iter(())
        yield self._texts.having(wanted)


class _Texts(NamedTuple):
    """What is looked at of a market, in the order of equally good matches."""

    length: int
    name: str
    symbol: str
    row: int
    text: str

    @classmethod
    def of(cls, row: int, market: Market) -> _Texts:
        symbol, name = market.symbol.casefold(), market.name.casefold()
        more = f"{market.base} {market.quote} {market.description}".casefold()
        return cls(len(name), name, symbol, row, f"{symbol} {more}".replace("\n", " "))


class _Joined:
    """Texts one after the other; they hold no line ends but their own."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts = [text.encode() for text in texts]
        self._all = b"".join(parts)
        self._starts = array("q", [0])
        for part in parts:
            self._starts.append(self._starts[-1] + len(part))

    def having(self, wanted: str) -> Iterator[int]:
        """Yield the places of the texts that have a part, in order."""
        part, starts = wanted.encode(), self._starts
        found = self._all.find(part)
        while found >= 0:
            place = bisect_right(starts, found) - 1
            yield place
            found = self._all.find(part, starts[place + 1])


def search(markets: Sequence[Market], query: str, limit: int) -> list[Market]:
    """Return the markets that match a query, best first; without one the first, in their order."""
    if not query.strip():
        return list(markets[: max(limit, 0)])
    found = SearchIndex(markets).matches(query)
    return [markets[match.row] for match in islice(found, max(limit, 0))]


class GrowingIndex:
    """An index of numbered markets, to which others are added without making all of it again."""

    MOST_YOUNG = 1_000

    def __init__(self, markets: Sequence[tuple[int, Market]]) -> None:
        self._old = SearchIndex(market for _, market in markets)
        self._young = SearchIndex(())
        self._numbers = [number for number, _ in markets]
        self._added: list[tuple[int, Market]] = []

    def with_more(self, markets: Sequence[tuple[int, Market]]) -> GrowingIndex | None:
        """Return an index with more markets; None if it is time to make all of it again."""
        added = [*self._added, *markets]
        if len(added) > max(self.MOST_YOUNG, len(self._old) // 16):
            return None
        more = GrowingIndex(())
        more._old, more._numbers, more._added = self._old, self._numbers, added
        more._young = SearchIndex(market for _, market in added)
        return more

    def search(self, query: str) -> Iterator[int]:
        """Yield the numbers of the markets that match a query, best first."""
        old = ((match[:4], self._numbers[match.row]) for match in self._old.matches(query))
        young = ((match[:4], self._added[match.row][0]) for match in self._young.matches(query))
        return (number for _, number in merge(old, young))
