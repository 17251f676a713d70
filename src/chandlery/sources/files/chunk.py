"""What one step of reading a file gives."""

from __future__ import annotations

from dataclasses import dataclass

from chandlery.core.delivery import Bars
from chandlery.core.trades import Trades
from chandlery.sources.files.parse.faults import BadRow


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file. All numbers count this chunk alone, so they can be added up.

    `bad` names bad rows until 20 of the file are named; `bad_count` counts all. `rows` are the
    good and the bad ones, `bytes_read` the bytes of the file, as stored, read for them.
    """

    trades: Trades
    bars: Bars | None
    bad: tuple[BadRow, ...]
    bad_count: int
    rows: int
    bytes_read: int
