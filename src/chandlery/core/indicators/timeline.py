"""Where the bars of a series lie in time: what an indicator that restarts needs. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution, Unit


@dataclass(frozen=True, slots=True)
class Timeline:
    """The calendar of a market and the resolution of its bars."""

    calendar: Calendar = field(default_factory=Calendar)
    resolution: Resolution = Resolution(60, Unit.SECOND)  # noqa: RUF009 - frozen

    def periods(self, anchor: Resolution, t: Int64s) -> Int64s:
        """Return, by bar, the trading day, week or month in which it begins."""
        return self.calendar.floor(anchor, self.calendar.open(self.resolution, t))

    def since(self, anchor: Resolution, t: int) -> int:
        """Return the time from which on there may be bars of the same period as bar `t`."""
        begin = self.calendar.open(anchor, self.periods(anchor, np.array([t])))
        return int(self.calendar.floor(self.resolution, begin)[0])
