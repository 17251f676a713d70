"""What each table holds and how long it is kept. Calls block."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from chandlery.core.errors import QueryBudgetError
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine

BUDGET_S = 5.0
"""How long all tables may take to tell what they reach; what is not told by then stays unknown."""


class Table(msgspec.Struct, frozen=True):
    """A table: its size, what it reaches (seconds), and how long rows are kept, 0 for ever."""

    name: str
    rows: int
    bytes: int
    oldest: int | None = None
    newest: int | None = None
    retention_s: int | None = None
    setting: str | None = None


def tables(engine: Engine, retention: Mapping[Resolution | None, int]) -> list[Table]:
    """Return every table of the store."""
    names = _names(engine)
    found = []
    for figures in engine.store.figures():
        own = (figures.name, figures.rows, figures.bytes)
        if figures.name not in names:
            found.append(Table(*own))
            continue
        resolution = names[figures.name]
        setting = f"retention.{'trades' if resolution is None else resolution}"
        reach = _reach(engine, resolution) if figures.rows else (None, None)
        found.append(Table(*own, *reach, retention.get(resolution, 0), setting))
    return found


def _names(engine: Engine) -> dict[str, Resolution | None]:
    """Return what each table of a series may be called; months may be `mo`."""
    names: dict[str, Resolution | None] = {"trades": None}
    for resolution in (series.resolution for series in engine.store.series()):
        text = str(resolution)
        names[f"candles_{text}"] = resolution
        names[f"candles_{text.replace('M', 'mo')}"] = resolution
    return names


def _reach(engine: Engine, resolution: Resolution | None) -> tuple[int | None, int | None]:
    try:
        found = engine.store.extents(resolution, 0)
    except QueryBudgetError:
        return None, None
    if not len(found):
        return None, None
    return int(found.start.min()), int(found.end.max()) - 1
