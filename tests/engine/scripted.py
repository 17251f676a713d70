"""A store that fails when it is told to, and lets a test act between its calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from typing_extensions import override

from chandlery.core.candles import Candles
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.stores import Change, Mark, Ranges, Scope
from chandlery.stores.memory import MemoryStore

Happening = Callable[[Change], None]


class ScriptedStore(MemoryStore):
    """The memory store; each write first meets the next happening, if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.before_writes: deque[Happening | Exception | None] = deque()
        self.after_writes: deque[Exception | None] = deque()
        self.after_reads: Callable[[], None] | None = None
        self.refuses: Callable[[Change], Exception | None] = lambda change: None
        self.leases_fail: Exception | None = None
        self.updates_fail: Exception | None = None
        self.written: list[Change] = []

    @override
    def write(self, change: Change) -> list[Mark]:
        happening = self.before_writes.popleft() if self.before_writes else None
        if isinstance(happening, Exception):
            raise happening
        if happening is not None:
            happening(change)
        refusal = self.refuses(change)
        if refusal is not None:
            raise refusal
        marks = super().write(change)
        self.written.append(change)
        late = self.after_writes.popleft() if self.after_writes else None
        if late is not None:
            raise late
        return marks

    @override
    def trades(self, scope: Scope) -> Trades:
        found = super().trades(scope)
        self._read()
        return found

    @override
    def candles(self, resolution: Resolution, scope: Scope) -> Candles:
        found = super().candles(resolution, scope)
        self._read()
        return found

    @override
    def extents(self, resolution: Resolution | None, start: int) -> Ranges:
        found = super().extents(resolution, start)
        self._read()
        return found

    def is_done(self) -> bool:
        """Whether what was to happen after a read has happened."""
        return self.after_reads is None

    def _read(self) -> None:
        """Let something happen once, after a read and before what it is read for."""
        act, self.after_reads = self.after_reads, None
        if act is not None:
            act()

    @override
    def update_markets(self, markets: Sequence[Market]) -> None:
        if self.updates_fail is not None:
            raise self.updates_fail
        super().update_markets(markets)

    @override
    def acquire(self, lease: str, owner: str, now: int, until: int) -> bool:
        if self.leases_fail is not None:
            raise self.leases_fail
        return super().acquire(lease, owner, now, until)
