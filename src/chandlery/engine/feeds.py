"""How each source is doing, for whoever looks after the server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from chandlery.core.clock import Clock
from chandlery.sources.source import Source

State = Literal["starting", "running", "waiting", "ended", "stopped", "paused"]
STATES = (
    "connecting",
    "backfilling",
    "fetching",
    "live",
    "running",
    "stalled",
    "waiting",
    "starting",
    "ended",
    "stopped",
    "paused",
)
"""Every state that a feed may be in, with those that sources know of themselves."""
ACTIONS: dict[bool, tuple[str, ...]] = {True: ("stop", "restart"), False: ("start",)}
"""What may be asked of a feed, by whether it is at work."""


@runtime_checkable
class Stateful(Protocol):
    """A source that knows more of its state than that it is running, such as `connecting`."""

    @property
    def state(self) -> str:
        """The state in a word."""
        ...


@runtime_checkable
class Reconnecting(Protocol):
    """A source that mends its connection by itself."""

    @property
    def reconnects(self) -> int:
        """How often it did so."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A source that knows why it is not as it should be, though it goes on."""

    @property
    def reason(self) -> str:
        """Why; empty if all is well."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A source that counts what it meets."""

    @property
    def counts(self) -> Mapping[str, int]:
        """What it has met, by name."""
        ...


@runtime_checkable
class Covering(Protocol):
    """A source that knows which markets it brings."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The store's number of each of its own symbols."""
        ...


@runtime_checkable
class Lacking(Covering, Protocol):
    """A source that knows of which of its symbols nothing will come, while others go on."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Why, by symbol."""
        ...


@runtime_checkable
class Adjustable(Covering, Protocol):
    """A source whose symbols may come and go while it is read."""

    def follow(self, numbers: Mapping[str, int]) -> None:
        """Bring symbols too, from now on; the others lose nothing."""
        ...

    async def unfollow(self, symbols: Collection[str]) -> None:
        """Bring symbols no more; return when what was seen of them is durable."""
        ...


@runtime_checkable
class Leaving(Protocol):
    """A source that can end in order."""

    def leave(self, reason: str) -> None:
        """Have `deliveries` end; the last one says from when on nothing is seen, and why."""
        ...


@dataclass(frozen=True, slots=True)
class FeedFigures:
    """How a source is doing."""

    name: str
    state: str
    """`waiting` is: it failed and is begun again soon; `stopped`: it failed for good; `paused`:
    somebody has stopped it."""
    last_msg_age_ms: int | None
    """How long ago the last delivery came; None: none yet."""
    reconnects: int
    reason: str
    """Why it failed the last time; empty while it runs."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What it has met, by name, if it counts."""


class Feed:
    """Takes note of what becomes of a source."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self.source = source
        self._clock = clock
        self._state: State = "starting"
        self._last_s: float | None = None
        self._begun = 0
        self._reason = ""
        self.is_leaving = False
        """Whether it is not to be begun again."""

    @property
    def is_running(self) -> bool:
        """Whether its source is being read."""
        return self._state == "running"

    @property
    def numbers(self) -> Mapping[str, int]:
        """The store's number of each symbol it brings, as far as the source knows."""
        return self.source.numbers if isinstance(self.source, Covering) else {}

    @property
    def refused(self) -> dict[int, str]:
        """Why nothing will come of a market, by its number, though the feed itself is at work."""
        source = self.source
        if not (self.is_running and isinstance(source, Lacking)):
            return {}
        numbers = source.numbers
        return {numbers[own]: why for own, why in source.refused.items() if own in numbers}

    @property
    def can(self) -> tuple[str, ...]:
        """What may be asked of it now."""
        return ACTIONS[self._state in ("starting", "running", "waiting")]

    def begin(self) -> None:
        """Say that it is asked, for the first time or again."""
        self._state = "running"
        self._begun += 1

    def heard(self) -> None:
        """Say that it has delivered."""
        self._last_s = self._clock.elapsed()
        self._reason = ""

    def leave(self, state: State, reason: str = "") -> None:
        """Say that it is not asked any more, or not for a while."""
        self._state, self._reason = state, reason

    def figures(self) -> FeedFigures:
        """Return how it is doing."""
        source, state = self.source, str(self._state)
        if self._state == "running" and isinstance(source, Stateful):
            state = source.state
        reason = self._reason
        if not reason and self._state == "running" and isinstance(source, Explaining):
            reason = source.reason
        own = source.reconnects if isinstance(source, Reconnecting) else 0
        age_s = None if self._last_s is None else self._clock.elapsed() - self._last_s
        return FeedFigures(
            name=source.name,
            state=state,
            last_msg_age_ms=None if age_s is None else round(age_s * 1e3),
            reconnects=max(0, self._begun - 1) + own,
            reason=reason,
            counts=dict(source.counts) if isinstance(source, Counting) else {},
        )
