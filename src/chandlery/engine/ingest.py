"""The single writer: a bounded queue, group commit, then publish, then acknowledge.

Whoever submits is answered when the delivery is durable. Deliveries that wait while a commit runs
go into the next one together, so the writer is as fast as the store and never polls.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import structlog

from chandlery.core.clock import Clock
from chandlery.core.columns import Int64s
from chandlery.core.delivery import Delivery
from chandlery.core.errors import ChandleryError, StoreError
from chandlery.core.trades import Refused, Trades
from chandlery.engine.recorder import Recorded, Recorder

MOST_WAIT_S = 0.05
FIRST_RETRY_S, LAST_RETRY_S = 0.05, 1.0

_log = structlog.get_logger()


class BusyError(ChandleryError):
    """The queue is full: come again later."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What the writer holds at most."""

    queued_rows: int = 2_000_000
    commit_rows: int = 250_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery, now durable; rows are those of its trades."""

    accepted: int
    repeats: Int64s
    refused: Refused
    bars: int = 0
    """Given bars written, over those of the same time."""
    refused_bars: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Figures:
    """What the writer has done since it began."""

    commits: int = 0
    accepted: int = 0
    repeats: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    failing: str = ""
    """Why the store refuses to write just now; empty while it writes."""
    queued_rows: int = 0
    commit_s: deque[float] = field(default_factory=lambda: deque(maxlen=2_000))


@dataclass(slots=True)
class _Waiting:
    delivery: Delivery
    receipt: asyncio.Future[Receipt]


class Ingest:
    """Takes deliveries from any number of sources and writes them in groups."""

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        publish: Callable[[Recorded], None],
        limits: Limits | None = None,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._publish = publish
        self._limits = limits or Limits()
        self._queue: deque[_Waiting] = deque()
        self._waiting_for_room: deque[asyncio.Future[None]] = deque()
        self._arrived = asyncio.Event()
        self._is_closing = False
        self._last_group = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self.figures = Figures()

    async def submit(self, delivery: Delivery) -> Receipt:
        """Wait for room, then until the delivery is durable."""
        while not self._has_room(delivery) and not self._is_closing:
            room = asyncio.get_running_loop().create_future()
            self._waiting_for_room.append(room)
            await room
        return await self._enqueue(delivery)

    async def submit_now(self, delivery: Delivery) -> Receipt:
        """Like `submit`, but refuse at once when there is no room."""
        if not self._has_room(delivery):
            message = f"{self.figures.queued_rows} rows wait to be written already"
            raise BusyError(message, hint="send again in a second")
        return await self._enqueue(delivery)

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken just now."""
        return self.figures.queued_rows >= self._limits.queued_rows

    def _has_room(self, delivery: Delivery) -> bool:
        queued = self.figures.queued_rows
        return queued == 0 or queued + _weight(delivery) <= self._limits.queued_rows

    def _enqueue(self, delivery: Delivery) -> asyncio.Future[Receipt]:
        if self._is_closing:
            message = "the writer is closing"
            raise StoreError(message)
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self.figures.queued_rows += _weight(delivery)
        self._arrived.set()
        return waiting.receipt

    async def run(self) -> None:
        """Write until closed; what was queued before that is written."""
        group: list[_Waiting] = []
        try:
            while group := await self._next_group():
                await self._write(group)
        finally:
            self._is_closing = True
            self._refuse_the_rest(group)
            self._thread.shutdown(wait=False)

    def _refuse_the_rest(self, writing: list[_Waiting]) -> None:
        """Tell those who still wait when the writer is cancelled that it has ended."""
        self._let_in()
        for waiting in (*writing, *self._queue):
            if not waiting.receipt.done():
                message = "the writer was stopped before this was known to be durable"
                waiting.receipt.set_exception(StoreError(message, hint="send it again"))
        self._queue.clear()

    async def close(self) -> None:
        """Take no more, and let `run` end when all that is queued has been written."""
        self._is_closing = True
        self._arrived.set()
        self._let_in()

    async def _next_group(self) -> list[_Waiting]:
        """Return what to write next; nothing when closed and empty."""
        while not self._queue and not self._is_closing:
            self._arrived.clear()
            await self._arrived.wait()
        if self._last_group > 1:
            await self._gather()
        group: list[_Waiting] = []
        rows = 0
        while self._queue and (not group or rows < self._limits.commit_rows):
            if group and self._queue[0].delivery.gaps:
                # Gaps of a commit count before its coverage: what was covered earlier goes first.
                break
            group.append(self._queue.popleft())
            rows += len(group[-1].delivery)
        self._last_group = len(group)
        return group

    async def _gather(self) -> None:
        """Give those who sent together before a moment to send together again.

        It lasts as long as the last commit at most, so waiting never halves the rate.
        """
        commits = self.figures.commit_s
        longest = min(commits[-1] if commits else 0.0, MOST_WAIT_S)
        enough = self._last_group
        try:
            async with asyncio.timeout(longest):
                while len(self._queue) < enough and not self._is_closing:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return

    async def _write(self, group: list[_Waiting]) -> None:
        try:
            recorded = await self._commit(_joined([waiting.delivery for waiting in group]))
        except Exception as error:  # noqa: BLE001 - whatever it is goes to whoever submitted
            await self._write_apart(group, error)
            return
        self._make_room(group)
        self._count(recorded)
        try:
            self._publish(recorded)
        except Exception:  # noqa: BLE001 - what is durable is acknowledged, whoever stumbles over it
            _log.exception("publishing failed")
        first = first_bars = 0
        for waiting in group:
            end = first + len(waiting.delivery.trades)
            end_bars = first_bars + len(waiting.delivery.bars)
            receipt = _receipt(recorded, first, end)
            receipt = _with_bars(receipt, recorded, slice(first_bars, end_bars))
            if not waiting.receipt.done():
                waiting.receipt.set_result(receipt)
            first, first_bars = end, end_bars

    async def _write_apart(self, group: list[_Waiting], error: Exception) -> None:
        """Find out which delivery cannot be written: the others must not suffer for it."""
        if len(group) == 1:
            self._make_room(group)
            self.figures.failures += 1
            if not group[0].receipt.done():
                group[0].receipt.set_exception(error)
            return
        for waiting in group:
            await self._write([waiting])

    def _make_room(self, group: list[_Waiting]) -> None:
        self.figures.queued_rows -= sum(_weight(waiting.delivery) for waiting in group)
        self._let_in()

    def _let_in(self) -> None:
        """Wake those who wait for room; each looks again whether there is enough."""
        while self._waiting_for_room:
            room = self._waiting_for_room.popleft()
            if not room.done():
                room.set_result(None)

    async def _commit(self, delivery: Delivery) -> Recorded:
        """Commit, again and again while the store says that it may pass."""
        pause = FIRST_RETRY_S
        while True:
            began = self._clock.elapsed()
            try:
                recorded = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._recorder.record, delivery, self._clock.now_us()
                )
            except ChandleryError as error:
                if not error.retryable:
                    raise
                self._degraded(error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_RETRY_S)
            else:
                self.figures.commit_s.append(self._clock.elapsed() - began)
                self._recovered()
                return recorded

    def _degraded(self, error: ChandleryError) -> None:
        self.figures.failures += 1
        if not self.figures.failing:
            _log.error("writing fails, trying again", error=error.message, hint=error.hint)
        self.figures.failing = error.message

    def _recovered(self) -> None:
        if self.figures.failing:
            _log.info("writing works again", failures=self.figures.failures)
        self.figures.failing = ""

    def _count(self, recorded: Recorded) -> None:
        figures = self.figures
        figures.commits += 1
        figures.accepted += len(recorded.trades)
        figures.repeats += len(recorded.repeats)
        for counts in (recorded.refused.counts(), *recorded.refused_bars):
            for reason, count in counts.items():
                figures.refused[reason] = figures.refused.get(reason, 0) + count


def _weight(delivery: Delivery) -> int:
    """Return what a delivery counts in the queue: its rows, and one if it has none."""
    return max(len(delivery), 1)


def _joined(deliveries: Sequence[Delivery]) -> Delivery:
    """Return one delivery that holds all, in order; of positions the last."""
    if len(deliveries) == 1:
        return deliveries[0]
    return Delivery(
        trades=Trades.concat(delivery.trades for delivery in deliveries),
        bars=tuple(bars for delivery in deliveries for bars in delivery.bars),
        positions={s: p for delivery in deliveries for s, p in delivery.positions.items()},
        coverage=tuple(seen for delivery in deliveries for seen in delivery.coverage),
        gaps=tuple(gap for delivery in deliveries for gap in delivery.gaps),
    )


def _receipt(recorded: Recorded, first: int, end: int) -> Receipt:
    repeats = _rows_of(recorded.repeats, first, end)
    by_reason = {
        reason: own
        for reason, rows in recorded.refused.by_reason.items()
        if len(own := _rows_of(rows, first, end))
    }
    refused = Refused(by_reason)
    return Receipt(end - first - len(repeats) - len(refused), repeats, refused)


def _with_bars(receipt: Receipt, recorded: Recorded, own: slice) -> Receipt:
    """Return the receipt with what became of a delivery's bars."""
    refused: dict[str, int] = {}
    for counts in recorded.refused_bars[own]:
        for reason, count in counts.items():
            refused[reason] = refused.get(reason, 0) + count
    written = sum(len(bars.candles) for bars in recorded.bars[own])
    return replace(receipt, bars=written, refused_bars=refused)


def _rows_of(rows: Int64s, first: int, end: int) -> Int64s:
    low, high = np.searchsorted(rows, (first, end))
    return rows[low:high] - first
