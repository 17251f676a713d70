"""A symbol as a server describes it, and the resolutions its charts would ask for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from chandlery.core.calendar import Calendar
from chandlery.core.errors import SessionError, UnknownResolutionError
from chandlery.core.resolution import Resolution, Unit
from chandlery.doctor.answer import Exchange

FAMILIES = {
    "intraday": ("has_intraday", False, "intraday_multipliers", ["1", "5", "15", "30", "60"], ""),
    "seconds": ("has_seconds", False, "seconds_multipliers", ["1", "5"], "S"),
    "daily": ("has_daily", True, "daily_multipliers", ["1"], "D"),
    "weekly": ("has_weekly_and_monthly", False, "weekly_multipliers", ["1"], "W"),
    "monthly": ("has_weekly_and_monthly", False, "monthly_multipliers", ["1"], "M"),
}
"""Of each kind of resolution: its flag, the flag's default, its multipliers, theirs, its letter."""


@dataclass(frozen=True)
class Listing:
    """What was told about a symbol; `info` has the names of /symbols."""

    asked: str
    exchange: Exchange
    info: Mapping[str, object]
    config: Mapping[str, object]

    @property
    def symbol(self) -> str:
        """What /history is asked for."""
        ticker = self.info.get("ticker")
        return ticker if isinstance(ticker, str) and ticker else self.asked

    @property
    def is_known(self) -> bool:
        """Whether there is a symbol that can be looked at."""
        return bool(self.info.get("name"))

    @cached_property
    def calendar(self) -> Calendar | None:
        """The symbol's calendar; None if it cannot be read."""
        try:
            return Calendar(
                str(self.info.get("session", "")), str(self.info.get("timezone", "Etc/UTC"))
            )
        except SessionError:
            return None

    def has(self, family: str) -> bool:
        """Return whether the server says it has a kind of resolutions."""
        flag, default, *_ = FAMILIES[family]
        return bool(self.info.get(flag, default))

    def multipliers(self, family: str) -> list[str]:
        """Return the multiples of a kind that the server says it has itself."""
        _, _, name, default, _ = FAMILIES[family]
        found = self.info.get(name, default)
        return [str(item) for item in found] if isinstance(found, list) else []

    @cached_property
    def native(self) -> list[Resolution]:
        """The resolutions that a chart asks the server for, shortest first."""
        found = set()
        for family, (*_, letter) in FAMILIES.items():
            if self.has(family):
                found |= {_parsed(f"{count}{letter}") for count in self.multipliers(family)}
        return sorted(resolution for resolution in found if resolution is not None)

    def telling(self) -> list[Resolution]:
        """Return the few that tell most: shortest, longest intraday, and the odd ones of days."""
        units: dict[Unit, list[Resolution]] = {}
        for resolution in self.native:
            units.setdefault(resolution.unit, []).append(resolution)
        minutes = [each for each in self.native if each.is_intraday and each.seconds >= 60]
        chosen = {*minutes[:1], *minutes[-1:]}
        for members in units.values():
            chosen |= {members[0], members[-1]}
        return sorted(chosen)


def _parsed(text: str) -> Resolution | None:
    try:
        return Resolution.parse(text)
    except UnknownResolutionError:
        return None


RENAMED = {
    "symbol": "name",
    "exchange-listed": "listed_exchange",
    "exchange-traded": "exchange",
    "minmovement": "minmov",
    "minmovement2": "minmove2",
    "minmov2": "minmove2",
    "session-regular": "session",
}
_LISTS = ("-multipliers", "-resolutions", "-types")


def rows_of(table: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the symbols of an answer of /symbol_info, with the names of /symbols."""
    symbols = table.get("symbol")
    count = len(symbols) if isinstance(symbols, list) else 0
    rows: list[dict[str, object]] = [{} for _ in range(count)]
    for name, values in table.items():
        for index, row in enumerate(rows):
            row[RENAMED.get(name, name.replace("-", "_"))] = _cell(name, values, index)
    return rows


def _cell(name: str, values: object, index: int) -> object:
    """Return a row's value; a column may be one value that all rows share."""
    if not isinstance(values, list):
        return values
    if name.endswith(_LISTS) and not (values and isinstance(values[0], list)):
        return values
    return values[index] if index < len(values) else None
