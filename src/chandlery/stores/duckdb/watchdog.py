"""One thread that cancels what runs past its deadline.

It sleeps until the earliest deadline it was told of, and not until the next one that is left, so
that a short query costs no waking of a thread: two seconds' queries wake it once.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable

AGAIN_S = 0.02
"""A query that had not begun when it was cancelled is cancelled again after this time."""


class Watchdog:
    """Watches any number of calls. Any thread may begin and end one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[int, tuple[float, Callable[[], None]]] = {}
        self._keys = itertools.count()
        self._next_look = math.inf
        self._thread: threading.Thread | None = None
        self._is_ended = False

    def begin(self, deadline: float, cancel: Callable[[], None]) -> int:
        """Watch a call until `end`; `cancel` may be called many times, but never after that."""
        with self._changed:
            key = next(self._keys)
            self._watched[key] = (deadline, cancel)
            if deadline < self._next_look:
                self._next_look = deadline
                self._changed.notify()
                self._start()
            return key

    def end(self, key: int) -> None:
        """Watch a call no more."""
        with self._changed:
            del self._watched[key]

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._is_ended = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with self._changed:
            while not self._is_ended:
                wait = self._next_look - time.monotonic()
                if wait > 0:
                    self._changed.wait(None if wait == math.inf else wait)
                else:
                    self._look(time.monotonic())

    def _look(self, now: float) -> None:
        """Cancel what is late, and find when to look again."""
        next_look = math.inf
        for deadline, cancel in self._watched.values():
            if deadline <= now:
                cancel()
                deadline = now + AGAIN_S
            next_look = min(next_look, deadline)
        self._next_look = next_look
