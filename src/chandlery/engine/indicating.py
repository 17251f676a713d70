"""Indicators over the bars of a window, right from its first bar on.

The bars before the window that its first value depends on are read too, and cut off again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chandlery.core.candles import Candles, significant
from chandlery.core.columns import Floats, Int64s
from chandlery.core.errors import UsageError
from chandlery.core.indicators import Indicator, Timeline, Values, indicator, parameters_of
from chandlery.core.resolution import Resolution
from chandlery.engine.live import MOST_BARS, Live, Page, Window

MOST_BEFORE = 2 * MOST_BARS
"""Bars that are read before a window, at most: a day of seconds is 86,400."""
MOST_AT_ONCE = 2_000
"""More bars than that, a millisecond's work, are computed in a thread."""


@dataclass(frozen=True, slots=True)
class Study:
    """An indicator with a value for each of its parameters."""

    indicator: Indicator
    values: Values

    @classmethod
    def of(cls, name: str, given: Values) -> Study:
        """Return the study that a name and parameters, as texts or numbers, ask for."""
        found = indicator(name)
        return cls(found, parameters_of(found, given))


@dataclass(frozen=True, slots=True)
class Indicated:
    """The outputs of a study, a value for each bar of a window; NaN where there is none.

    Values are rounded as volumes are. `since` is the time of the first bar that was read, before
    the window or in it: what only adds up (OBV) is 0 there. `version` is another one if a value
    may be.
    """

    times: Int64s
    outputs: Mapping[str, Floats]
    displacement: Mapping[str, int]
    resolution: Resolution
    is_final: bool
    version: tuple[int, ...]
    since: int | None


async def indicate(
    live: Live, market: int, timeline: Timeline, window: Window, study: Study
) -> Indicated:
    """Return a study over the bars of a window, at the timeline's resolution.

    Raises:
        UsageError: The window, or what its first value depends on, holds too many bars.
    """
    page = await live.page(market, timeline.resolution, window)
    earlier = await _before(live, page, timeline, study)
    pages = (*earlier, page)
    candles = Candles.concat(each.candles for each in pages)
    rows = slice(len(candles) - len(page), None)
    if len(candles) > MOST_AT_ONCE:
        outputs = await asyncio.to_thread(_computed, candles, rows, timeline, study)
    else:
        outputs = _computed(candles, rows, timeline, study)
    return Indicated(
        times=candles.t[rows],
        outputs=outputs,
        displacement=study.indicator.displacement(study.values),
        resolution=timeline.resolution,
        is_final=page.is_final,
        version=tuple(each.version for each in pages),
        since=int(candles.t[0]) if len(candles) else None,
    )


def _computed(candles: Candles, rows: slice, timeline: Timeline, study: Study) -> dict[str, Floats]:
    outputs = study.indicator.compute(candles, study.values, timeline)
    return {name: significant(values[rows]) for name, values in outputs.items()}


async def _before(live: Live, page: Page, timeline: Timeline, study: Study) -> Sequence[Page]:
    """Return the bars that the first value of a page depends on, in order."""
    if not len(page):
        return ()
    market, first = int(page.candles.market[0]), int(page.candles.t[0])
    since = study.indicator.since(study.values, timeline, first)
    if since is not None:
        return await _all_between(live, market, timeline.resolution, (since, first))
    count = study.indicator.warm_up(study.values)
    if not count:
        return ()
    return (await live.page(market, timeline.resolution, Window(end=first, count=count)),)


async def _all_between(
    live: Live, market: int, resolution: Resolution, between: tuple[int, int]
) -> Sequence[Page]:
    """Return all bars with start <= t < end, page by page from the end."""
    start, end = between
    pages: list[Page] = []
    while end > start:
        page = await live.page(market, resolution, Window(start, end, MOST_BARS))
        if len(page):
            pages.insert(0, page)
        if len(page) < MOST_BARS:
            break
        end = int(page.candles.t[0])
        if len(pages) * MOST_BARS >= MOST_BEFORE and end > start:
            message = f"the first value depends on more than {MOST_BEFORE:,} bars before it"
            raise UsageError(message, hint="take a coarser resolution or a nearer anchor")
    return pages
