"""Any number of made-up trades, in time order, a batch at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chandlery.core.errors import UsageError
from chandlery.core.trades import Trades
from chandlery.sources.synthetic.book import Book
from chandlery.sources.synthetic.market_spec import MarketSpec
from chandlery.sources.synthetic.schedule import (
    ROWS_PER_SLICE,
    SPAN,
    Span,
    exact_counts,
    randomness,
    shares,
)
from chandlery.sources.synthetic.walk import begin, draw


def generate(
    specs: Sequence[MarketSpec],
    numbers: Sequence[int],
    span: Span,
    *,
    seed: int = 0,
    batch_rows: int = ROWS_PER_SLICE,
) -> Iterator[Trades]:
    """Yield the span's trades in batches of `batch_rows`, in time order over all the markets.

    The trades depend on the markets, the span and the seed only, not on `batch_rows`. They are
    shared by weight; each market's ids are 1, 2, 3 and so on in time order. No more than a batch
    and two slices are in memory.
    """
    if batch_rows < 1:
        message = f"a positive number of rows expected, found {batch_rows}"
        raise UsageError(message)
    return _rebatch(_slices(Book.of(specs, numbers), span, seed), batch_rows)


def _slices(book: Book, span: Span, seed: int) -> Iterator[Trades]:
    state, left, start_us = begin(book), shares(span.trades, book.weight), span.start_us
    while start_us < span.end_us:
        piece = span.slice_at(start_us, len(book))
        random = randomness(seed, SPAN, start_us)
        counts = exact_counts(span, piece, left, random)
        trades, state = draw(book, state, piece, counts, random)
        left, start_us = left - counts, piece.end_us
        yield trades


def _rebatch(parts: Iterable[Trades], batch_rows: int) -> Iterator[Trades]:
    kept: list[Trades] = []
    rows = 0
    for part in parts:
        kept.append(part)
        rows += len(part)
        if rows < batch_rows:
            continue
        joined = Trades.concat(kept)
        whole = rows - rows % batch_rows
        for low in range(0, whole, batch_rows):
            yield joined.take(slice(low, low + batch_rows))
        kept, rows = [joined.take(slice(whole, None))], rows - whole
    if rows:
        yield Trades.concat(kept)
