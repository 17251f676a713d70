"""Find markets by what a user types, best match first. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from heapq import nsmallest

from chandlery.core.market import Market

_NOT_A_WORD = re.compile(r"[\W_]+")


class SearchIndex:
    """The markets with their folded texts, made once and asked often."""

    def __init__(self, markets: Iterable[Market]) -> None:
        self._markets = tuple(markets)
        self._symbols = [market.symbol.casefold() for market in self._markets]
        self._names = [market.name.casefold() for market in self._markets]
        self._texts = [
            f"{symbol} {market.base} {market.quote} {market.description}".casefold()
            for symbol, market in zip(self._symbols, self._markets, strict=True)
        ]
        # A word begins after a space, so that one `in` finds a beginning of any word.
        self._words = [f" {_NOT_A_WORD.sub(' ', text)}" for text in self._texts]

    def search(self, query: str, limit: int) -> list[Market]:
        """Return the best matches: exact, then prefix, then word, then anywhere.

        Among equally good ones shorter names come first, then alphabetical order. Without a query
        the first markets are returned in their order.
        """
        wanted = query.strip().casefold()
        if not wanted:
            return list(self._markets[: max(limit, 0)])
        best: dict[int, None] = {}
        for rows in self._tiers(wanted):
            if len(best) >= limit:
                break
            best |= dict.fromkeys(nsmallest(limit, rows, key=self._order))
        return [self._markets[row] for row in list(best)[: max(limit, 0)]]

    def _tiers(self, wanted: str) -> Iterable[Iterable[int]]:
        """Yield the rows of each kind of match, the best kind first."""
        word = _NOT_A_WORD.sub(" ", wanted).strip()
        yield self._rows(lambda symbol, name: wanted in (symbol, name))
        yield self._rows(lambda symbol, name: name.startswith(wanted) or symbol.startswith(wanted))
        if word:
            yield (row for row, words in enumerate(self._words) if f" {word}" in words)
        yield (row for row, text in enumerate(self._texts) if wanted in text)

    def _rows(self, matches: Callable[[str, str], bool]) -> Iterable[int]:
        pairs = zip(self._symbols, self._names, strict=True)
        return (row for row, pair in enumerate(pairs) if matches(*pair))

    def _order(self, row: int) -> tuple[int, str, str]:
        name = self._names[row]
        return len(name), name, self._symbols[row]


def search(markets: Sequence[Market], query: str, limit: int) -> list[Market]:
    """Return the markets that match a query, best first. See SearchIndex."""
    return SearchIndex(markets).search(query, limit)
