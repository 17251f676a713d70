"""The connections of a feed: every symbol is on one of them, and may come and go while they run."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from chandlery.sources.live.link import Setting
from chandlery.sources.live.slot import Slot
from chandlery.sources.live.venue import Plan


class Slots:
    """Shares symbols out among connections, within the venue's limits."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._working: dict[Slot, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def states(self) -> set[str]:
        """How the connections are doing."""
        return {slot.state for slot in self._working}

    @property
    def reasons(self) -> list[str]:
        """Why some are not as they should be."""
        told = ((slot.reason, *slot.refused.values()) for slot in self._working)
        return [reason for all_of_it in told for reason in all_of_it if reason]

    @property
    def refused(self) -> dict[str, str]:
        """Why symbols are not brought, and will not be until others are followed."""
        found: dict[str, str] = {}
        for slot in self._working:
            found |= slot.refused
            if slot.state == "stopped":
                found |= dict.fromkeys(slot.plan.symbols, slot.reason)
        return found

    def follow(self, symbols: Sequence[str]) -> None:
        """Bring symbols too: over connections that have room, else over new ones."""
        left = symbols
        for slot in self._working:
            if left and slot.state != "stopped":
                left = self._fitted(slot, left)
        for plan in self._setting.venue.plans(left):
            self._open(plan)

    def unfollow(self, symbols: Collection[str]) -> None:
        """Bring symbols no more; a connection that has no others is closed."""
        for slot, task in list(self._working.items()):
            kept = [symbol for symbol in slot.plan.symbols if symbol not in symbols]
            if not kept:
                del self._working[slot]
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)
                task.cancel()
            elif len(kept) < len(slot.plan.symbols):
                plan = self._setting.venue.plans(kept)[0]
                if slot.state == "stopped":
                    # It runs no more; perhaps the venue refused what is let go of now.
                    del self._working[slot]
                    self._open(plan)
                else:
                    slot.replan(plan)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """What runs, also what was told to end."""
        return [*self._working.values(), *self._leaving]

    def _fitted(self, slot: Slot, symbols: Sequence[str]) -> Sequence[str]:
        """Put on a connection what it has room for; return what is left."""
        have = len(slot.plan.symbols)
        plan = self._setting.venue.plans([*slot.plan.symbols, *symbols])[0]
        if len(plan.symbols) <= have:
            return symbols
        slot.replan(plan)
        return symbols[len(plan.symbols) - have :]

    def _open(self, plan: Plan) -> None:
        slot = Slot(plan, self._setting)
        self._working[slot] = task = asyncio.create_task(slot.run())
        self._setting.inbox.watch(task)
