"""How much memory and disk there is."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from pathlib import Path

_STATM = Path("/proc/self/statm")


def rss_bytes() -> int:
    """Return the memory the process has in use; where only the most it ever had is known, that."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, IndexError, ValueError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1_024
    return pages * os.sysconf("SC_PAGE_SIZE")


def disk_of(path: Path) -> tuple[int, int]:
    """Return the free bytes and all bytes of the disk that holds a directory; blocks."""
    usage = shutil.disk_usage(path)
    return usage.free, usage.total
