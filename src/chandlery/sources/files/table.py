"""A plain file whose layout is known, its rows to be read as they are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chandlery.core.resolution import Resolution
from chandlery.sources.files.parse.frame import Parsed
from chandlery.sources.files.parse.layout import Layout


def _nothing() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one plain file. `interval` is None for trades, or if nothing told it.

    `position` says how many bytes of the input have been read.
    """

    layout: Layout
    interval: Resolution | None
    parts: Iterator[Parsed]
    position: Callable[[], int] = _nothing
