"""What is answered to whoever asks for bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chandlery.core.candles import Candles
from chandlery.core.resolution import Resolution
from chandlery.formats.bars_json import Form, bars_json


class Page(Protocol):
    """Bars of one market and resolution, in order."""

    @property
    def resolution(self) -> Resolution:
        """The length of the bars."""
        ...

    @property
    def candles(self) -> Candles:
        """The bars as columns."""
        ...

    @property
    def is_final(self) -> bool:
        """Whether every bar is closed, and so is each that could still come in the window."""
        ...

    @property
    def version(self) -> int:
        """A number that is another one if any of the bars may be another one."""
        ...

    @property
    def last_t(self) -> int:
        """The time of the last bar; there must be one."""
        ...

    def __len__(self) -> int: ...

    def text(self, form: Form) -> bytes:
        """Return the bars as JSON."""
        ...


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Bars that were read from the store."""

    resolution: Resolution
    candles: Candles
    is_final: bool
    version: int

    def __len__(self) -> int:
        return len(self.candles)

    @property
    def last_t(self) -> int:
        """The time of the last bar."""
        return int(self.candles.t[-1])

    def text(self, form: Form) -> bytes:
        """Return the bars as JSON."""
        return bars_json(self.candles, form)
