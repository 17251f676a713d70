"""One connection after another for the same symbols: begun again when lost, renewed when old."""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog

from chandlery.core.errors import ChandleryError
from chandlery.sources.live.link import Link, LinkError, RefusedError, Setting
from chandlery.sources.live.surroundings import BackOff, ended
from chandlery.sources.live.values import Lost, Resumed
from chandlery.sources.live.venue import Plan

SlotState = Literal["connecting", "live", "stalled", "waiting", "stopped"]

STEADY_S = 60.0
"""A connection that lasted this long was a good one: the next wait is short again."""
RETRY_RENEWAL_S = 60.0
OVERLAP_S = 2.0
"""How long the old connection stays beside the new one."""

_log = structlog.get_logger()


class Slot:
    """Keeps one plan connected."""

    def __init__(self, plan: Plan, setting: Setting) -> None:
        self.plan = plan
        """What the connection brings, or the next one will: see `replan`."""
        self.reason = ""
        self.refused: dict[str, str] = {}
        """Why symbols that were added are not brought, if the venue refuses them."""
        self._setting = setting
        self._around = setting.surroundings
        self._back_off = BackOff(setting.surroundings)
        self._state: SlotState = "connecting"
        self._link: Link | None = None
        self._taken: Plan | None = None
        """What the venue took the last time."""
        self._is_replanned = asyncio.Event()
        self._fresh: set[str] = set()
        """Symbols of the plan that no connection has brought yet."""

    def replan(self, plan: Plan) -> None:
        """Have other symbols brought: a connection is opened for them, then the old one closed."""
        self._fresh = (self._fresh | set(plan.symbols).difference(self.plan.symbols)).intersection(
            plan.symbols
        )
        self.plan, self.refused = plan, {}
        self._is_replanned.set()

    @property
    def state(self) -> SlotState:
        """How it is doing, in a word."""
        is_silent = self._state == "live" and self._link is not None and self._link.is_stalled
        return "stalled" if is_silent else self._state

    async def run(self) -> None:
        """Keep connected; returns when the venue refuses for good."""
        while True:
            self._state = "connecting"
            began_s = self._around.clock.elapsed()
            try:
                await self._connected()
            except RefusedError as error:
                self._note(error)
                if not self._falls_back(error):
                    self._state = "stopped"
                    _log.error("feed refused", feed=self._setting.venue.name, reason=self.reason)
                    return
            except ChandleryError as error:
                self._note(error)
            if self._around.clock.elapsed() - began_s > STEADY_S:
                self._back_off.reset()
            self._state = "waiting"
            await self._around.sleep(self._back_off.next_s())
            self._setting.counts.reconnects += 1

    def _falls_back(self, error: RefusedError) -> bool:
        """Give up what was added since the venue took the rest; return whether that was it."""
        taken = self._taken
        if taken is None or not set(self.plan.symbols) > set(taken.symbols):
            return False
        self._give_up(taken, error)
        return True

    def _give_up(self, taken: Plan, error: RefusedError) -> None:
        """Go on with what the venue took: the rest it refuses for good."""
        added = set(self.plan.symbols).difference(taken.symbols)
        self.plan, self.refused = taken, dict.fromkeys(added, str(error))

    def _note(self, error: ChandleryError) -> None:
        self.reason = str(error)
        self._setting.counts.disconnects += 1
        self._setting.inbox.put([Lost(self.plan.symbols, self.reason)])
        name = self._setting.venue.name
        _log.warning("connection lost", feed=name, reason=self.reason)

    async def _connected(self) -> None:
        """Hold a connection, and replace it in time, until one is lost."""
        link, work = self._begin()
        try:
            await self._opened(link, work)
            self._live(link)
            self._resume(link.plan.symbols)
            while True:
                await self._until_due(link, work)
                link, work = await self._renewed(link, work)
                self._live(link)
        finally:
            self._link = None
            await ended(work)

    def _begin(self) -> tuple[Link, asyncio.Task[None]]:
        link = Link(self.plan, self._setting)
        return link, asyncio.create_task(link.run())

    def _resume(self, symbols: tuple[str, ...]) -> None:
        """Say that all comes from now on, by the venue's clock as far as it is known."""
        self._fresh.difference_update(symbols)
        ahead_us = max(0, self._setting.counts.skew_ms) * 1_000
        now_us = self._around.clock.now_us() + ahead_us
        self._setting.inbox.put([Resumed(symbols, now_us)])

    def _live(self, link: Link) -> None:
        self._link, self._state, self.reason = link, "live", ""
        self._taken = link.plan

    async def _opened(self, link: Link, work: asyncio.Task[None]) -> None:
        """Wait until a connection is open; raise why it cannot be."""
        waiting = asyncio.ensure_future(link.is_open.wait())
        try:
            await asyncio.wait((waiting, work), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            await ended(waiting)

    async def _until_due(self, link: Link, work: asyncio.Task[None]) -> None:
        """Wait until a connection is old, about to be closed, or to bring something else.

        Raises why it was lost.
        """
        self._is_replanned.clear()
        if link.plan is not self.plan:
            return
        life_s = self._setting.venue.limits.longest_life_s
        # Connections that began together are not to be renewed together.
        old = asyncio.ensure_future(self._sleep(life_s * (0.9 + self._around.chance() / 10)))
        leaving = asyncio.ensure_future(link.is_leaving.wait())
        other = asyncio.ensure_future(self._is_replanned.wait())
        try:
            await asyncio.wait((old, leaving, other, work), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            await ended(old, leaving, other)

    async def _sleep(self, seconds: float) -> None:
        await self._around.sleep(seconds)

    async def _renewed(
        self, old: Link, old_work: asyncio.Task[None]
    ) -> tuple[Link, asyncio.Task[None]]:
        """Open a new connection beside the old one, then close that; overlap goes by id."""
        new, work = self._begin()
        try:
            await self._opened(new, work)
            await self._sleep(OVERLAP_S)
            if work.done():
                work.result()
        except (LinkError, RefusedError) as error:
            await ended(work)
            _log.warning("renewal failed", feed=self._setting.venue.name, reason=str(error))
            if isinstance(error, RefusedError) and new.plan is self.plan is not old.plan:
                # What was added is refused for good: that must not cost the others theirs.
                self._give_up(old.plan, error)
            await self._sleep(self._back_off.next_s())
            return old, old_work
        except BaseException:
            await ended(work)
            raise
        await ended(old_work)
        self._setting.counts.renewals += 1
        if new.plan is old.plan:
            # What fell between the two, if anything, is found by asking.
            self._resume(new.plan.symbols)
        else:
            # The others overlap; asking for all of them each time one comes would be too much.
            self._resume(tuple(symbol for symbol in new.plan.symbols if symbol in self._fresh))
        return new, work
