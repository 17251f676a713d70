"""How far a stream of made-up trades has been read, as a value and as text. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import numpy as np

from chandlery.core.columns import Int64s
from chandlery.core.errors import InputError
from chandlery.sources.synthetic.book import Book
from chandlery.sources.synthetic.schedule import Span
from chandlery.sources.synthetic.walk import State, begin

VERSION = 1
_HINT = "start with another data directory, or take the synthetic markets out of this one"


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything before `upto_us` has been read.

    The slice under way began at `slice_us`, with `state`; drawing it again from there gives the
    same trades, of which `read` of each market have been read. While `span` is being read, `left`
    says how many of its trades each market still has from the slice's start on; after it trades
    come at the live rate.
    """

    upto_us: int
    slice_us: int
    state: State
    read: Int64s
    left: Int64s
    span: Span | None = None

    def cut(self, upto_us: int, span: Span | None = None) -> Progress:
        """Return the progress that begins a new slice there; ids go on from the last one read."""
        state = replace(self.state, next_id=self.state.next_id + self.read)
        return Progress(
            upto_us, upto_us, state, np.zeros_like(self.read), self.left - self.read, span
        )


class _MarketText(NamedTuple):
    log_price: float
    log_volatility: float
    next_id: int
    read: int
    left: int


class _Text(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    version: int
    drawn_from: str
    upto_us: int
    slice_us: int
    markets: dict[str, _MarketText]
    span: Span | None = None


def text_of(progress: Progress, book: Book, drawn_from: str) -> str:
    """Return the progress as JSON: floats survive exactly.

    `drawn_from` names all that a slice's trades depend on beside the progress.
    """
    columns = (
        progress.state.log_price.tolist(),
        progress.state.log_volatility.tolist(),
        progress.state.next_id.tolist(),
        progress.read.tolist(),
        progress.left.tolist(),
    )
    markets = dict(zip(book.symbols, map(_MarketText, *columns), strict=True))
    upto_us, slice_us = progress.upto_us, progress.slice_us
    saved = _Text(VERSION, drawn_from, upto_us, slice_us, markets, progress.span)
    return msgspec.json.encode(saved).decode()


def progress_of(text: str, book: Book, drawn_from: str) -> Progress:
    """Read what `text_of` wrote. Markets it does not name begin there, others are left out.

    If the slice under way would now be drawn otherwise, a new one begins: the trades that were
    read already must not come again with other times.
    """
    try:
        saved = msgspec.json.decode(text, type=_Text)
    except msgspec.DecodeError as error:
        message = f"the saved position of the synthetic source cannot be read: {error}"
        raise InputError(message, hint=_HINT) from error
    if saved.version != VERSION:
        message = f"the synthetic source's position has version {saved.version}, not {VERSION}"
        raise InputError(message, hint=_HINT)
    state = begin(book)
    read, left = np.zeros((2, len(book)), dtype=np.int64)
    for row, symbol in enumerate(book.symbols):
        if (market := saved.markets.get(symbol)) is not None:
            state.log_price[row] = market.log_price
            state.log_volatility[row] = market.log_volatility
            state.next_id[row] = market.next_id
            read[row], left[row] = market.read, market.left
    progress = Progress(saved.upto_us, saved.slice_us, state, read, left, saved.span)
    return progress if saved.drawn_from == drawn_from else progress.cut(saved.upto_us, saved.span)
