"""The endless stream of made-up trades, read up to any moment, on from any progress. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from chandlery.core.columns import US, Int64s
from chandlery.core.trades import Trades
from chandlery.sources.synthetic.book import Book
from chandlery.sources.synthetic.pace import DAY_S, Pace
from chandlery.sources.synthetic.progress import Progress, progress_of, text_of
from chandlery.sources.synthetic.schedule import (
    LIVE,
    ROWS_PER_SLICE,
    SPAN,
    Span,
    exact_counts,
    poisson_counts,
    randomness,
    shares,
)
from chandlery.sources.synthetic.walk import Slice, begin, draw

LIVE_SLICE_US = 60 * US


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A slice that is in memory whole, and the progress once it has been read."""

    slice_us: int
    piece: Slice
    trades: Trades
    after: Progress


class Reel:
    """Reads the stream on; `progress` is how far it has come."""

    def __init__(self, book: Book, pace: Pace, progress: Progress) -> None:
        self.progress = progress
        self._book = book
        self._pace = pace
        self._per_day = DAY_S * pace.rate * book.weight / book.weight.mean()
        self._slice: _Drawn | None = None

    @classmethod
    def starting(cls, book: Book, pace: Pace, now_us: int) -> Self:
        """Begin with so much history that it ends now, with exactly as many trades as average."""
        end_us = now_us - now_us % US
        start_us = end_us - pace.history_us
        zeros = np.zeros(len(book), dtype=np.int64)
        if start_us == end_us:
            return cls(book, pace, Progress(end_us, end_us, begin(book), zeros, zeros))
        span = Span(start_us, end_us, round(pace.rate * pace.history_s * len(book)))
        left = shares(span.trades, book.weight)
        return cls(book, pace, Progress(start_us, start_us, begin(book), zeros, left, span))

    @classmethod
    def resuming(cls, book: Book, pace: Pace, position: str) -> Self:
        """Go on from the text of a progress."""
        return cls(book, pace, progress_of(position, book, _drawn_from(book, pace)))

    @property
    def position(self) -> str:
        """The progress as text."""
        return text_of(self.progress, self._book, _drawn_from(self._book, self._pace))

    def read(self, until_us: int) -> Iterator[tuple[Trades, int, int]]:
        """Yield (trades, start, end) in microseconds, up to a moment, in bounded batches.

        Nothing is yielded, and nothing is read, while there are no trades and the second in which
        the last reading ended is not over.
        """
        while (start_us := self.progress.upto_us) < until_us:
            trades, progress = self._next(until_us)
            if not len(trades) and progress.upto_us // US == start_us // US:
                return
            self.progress = progress
            yield trades, start_us, progress.upto_us

    def skip_to(self, start_us: int) -> None:
        """Leave out everything up to a moment."""
        self.progress = self.progress.cut(start_us)

    def _counts(self, trades: Trades) -> Int64s:
        order = np.argsort(self._book.number)
        rows = order[np.searchsorted(self._book.number, trades.market, sorter=order)]
        return np.bincount(rows, minlength=len(self._book))

    def _next(self, until_us: int) -> tuple[Trades, Progress]:
        progress, parts, rows = self.progress, list[Trades](), 0
        while progress.upto_us < until_us and rows < ROWS_PER_SLICE:
            drawn = self._drawn(progress)
            reached = min(until_us, drawn.piece.end_us)
            part = _between(drawn.trades, progress.upto_us, reached)
            parts.append(part)
            rows += len(part)
            if reached == drawn.piece.end_us:
                progress = drawn.after
            else:
                read = progress.read + self._counts(part)
                progress = replace(progress, upto_us=reached, read=read)
        return Trades.concat(parts), progress

    def _drawn(self, progress: Progress) -> _Drawn:
        if self._slice is None or self._slice.slice_us != progress.slice_us:
            self._slice = self._draw(progress)
        return self._slice

    def _draw(self, progress: Progress) -> _Drawn:
        book, start_us, span = self._book, progress.slice_us, progress.span
        if span is None:
            piece = Slice(start_us, start_us + LIVE_SLICE_US)
            random = randomness(self._pace.seed, LIVE, start_us)
            counts, left = poisson_counts(piece, self._per_day, random), progress.left
        else:
            piece = span.slice_at(start_us, len(book))
            random = randomness(self._pace.seed, SPAN, start_us)
            counts = exact_counts(span, piece, progress.left, random)
            left = progress.left - counts
        trades, state = draw(book, progress.state, piece, counts, random)
        is_on = span is not None and piece.end_us < span.end_us
        after = Progress(
            piece.end_us, piece.end_us, state, np.zeros_like(left), left, span if is_on else None
        )
        return _Drawn(start_us, piece, trades, after)


def _between(trades: Trades, start_us: int, end_us: int) -> Trades:
    low, high = np.searchsorted(trades.time, [start_us, end_us])
    return trades.take(slice(low, high))


def _drawn_from(book: Book, pace: Pace) -> str:
    return f"{book.digest}:{pace.seed}:{pace.rate!r}"
