"""How a TradingView chart on a UDF server stays live: it polls the last two bars. Sans I/O."""

from __future__ import annotations

import re

from chandlery.core.resolution import Resolution
from chandlery.doctor.history import Bar, History
from chandlery.doctor.pager import PageRequest

EVERY_S = 10
"""Seconds between two polls."""
POLLED = 2
"""Bars that a poll asks for."""
_MISREAD = re.compile(r"([2-9]|[1-9][0-9]+)[DWM]")


def poll(resolution: Resolution, now: int) -> PageRequest:
    """Return what is asked for: ten bars back, but in minutes where the client reads 3D as 3."""
    found = _MISREAD.fullmatch(resolution.tradingview)
    period = int(found[1]) * 60 if found else resolution.seconds
    return PageRequest(now - 10 * period, now, POLLED)


class Pulse:
    """One subscription: the bars it has handed to its chart, until it is dead."""

    def __init__(self, last: Bar | None = None) -> None:
        self._last = last
        self.is_dead = False

    def take(self, history: History) -> list[Bar]:
        """Return the bars that an answer makes the chart draw; errors are ignored.

        A new bar is drawn after the last state of the one before, which must therefore be in
        the answer: without it the client throws, and never updates again.
        """
        if self.is_dead or history.status != "ok" or not history.bars:
            return []
        bars, known = history.bars, self._last
        if known is not None and bars[-1].t < known.t:
            return []
        is_new = known is not None and bars[-1].t > known.t
        if is_new and len(bars) < POLLED:
            self.is_dead = True
            return []
        self._last = bars[-1]
        return list(bars[-POLLED:]) if is_new else [bars[-1]]
