"""What must stay as it is: memory and tasks, looked at again and again."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, field
from pathlib import Path
from resource import getpagesize

import numpy as np

MB = 1_048_576


def resident_mb() -> float:
    """Return how much memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize() / MB


@dataclass
class Watch:
    """Looks taken one after another, each at a quiet moment."""

    moments: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)

    def look(self, moment: float) -> None:
        gc.collect()
        self.moments.append(moment)
        self.memory.append(resident_mb())
        self.tasks.append(len(asyncio.all_tasks()))

    def growth(self, values: list[float] | list[int], warm: float) -> float:
        """Return by how much values grew along their straight line, after a share to warm up."""
        first = int(len(values) * warm)
        moments, rest = np.array(self.moments[first:]), np.array(values[first:], dtype=float)
        slope, _ = np.polyfit(moments, rest, 1)
        return float(slope * (moments[-1] - moments[0]))
