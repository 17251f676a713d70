"""When to try again, and for how long to wait before. Pure but for the dice."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from chandlery.client.errors import ClientError


@dataclass(frozen=True, slots=True)
class Retry:
    """How patient a client is. `tries` counts the first one: with 1, nothing is tried again."""

    tries: int = 6
    first_s: float = 0.5
    most_s: float = 30.0
    patience_s: float = 120.0
    """A server that asks to wait for longer than this is not waited for."""

    def pause_s(
        self,
        failures: int,
        asked_s: float | None = None,
        dice: Callable[[], float] = random.random,
    ) -> float:
        """Return how long to wait after so many failures in a row.

        Twice as long each time, and a random part of it, so that many clients do not come back at
        once; never less than the server asked for.
        """
        longest = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 60))
        return max(asked_s or 0.0, longest * dice())


class Attempts:
    """Counts the failures of one request, or of one connection."""

    def __init__(self, retry: Retry) -> None:
        self._retry = retry
        self.failures = 0

    def pause_s(self, error: ClientError) -> float:
        """Return how long to wait before the next try; raise the error if there is to be none."""
        self.failures += 1
        if not error.retryable or self.failures >= self._retry.tries:
            raise error
        return self.next_s(error)

    def next_s(self, error: ClientError) -> float:
        """Return the same however many failures there were."""
        asked_s = error.retry_after_s
        if asked_s is not None and asked_s > self._retry.patience_s:
            raise error
        return self._retry.pause_s(self.failures, asked_s)
