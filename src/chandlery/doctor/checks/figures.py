"""Rules for whether a chart can print the prices and volumes of a series. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.doctor.answer import Answer, Exchange
from chandlery.doctor.check import Fault, Severity, rule
from chandlery.doctor.history import is_number, number_of
from chandlery.doctor.series import Series

TICKS = 10
"""A price of fewer ticks is hardly a price."""
_NOTHING = Exchange("/history", {}, Answer(0, {}, b"", 0.0, "nothing was asked"))


@rule(
    "price-steps",
    Severity.WARNING,
    looks_at=f"the lowest price is at least {TICKS} steps of minmov / pricescale",
    why="small prices are rounded to the step: the chart is a staircase, or shows 0.00",
    todo="derive pricescale from the price, 5 or 6 significant digits, or send variable_tick_size",
)
def price_steps(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    info = series.listing.info
    scale, step = info.get("pricescale"), info.get("minmov")
    if not (is_number(scale) and is_number(step)) or info.get("variable_tick_size"):
        return
    prices = [bar.l for bar in series.pager.bars if bar.l > 0]
    if prices and number_of(scale) > 0 and min(prices) * number_of(scale) < TICKS * number_of(step):
        told = f"a price of {min(prices):g} with minmov {step} and pricescale {scale}"
        yield Fault(told, series.paged or _NOTHING)


@rule(
    "volume-decimals",
    Severity.WARNING,
    looks_at="volume_precision is above 0 where volumes are no whole numbers",
    why="volumes are rounded to whole numbers: many are shown as 0",
    todo='send the decimals of volumes: "volume_precision": 3',
)
def volume_decimals(series: Series) -> Iterator[Fault]:
    """See `looks_at`."""
    if number_of(series.listing.info.get("volume_precision", 0)) > 0:
        return
    parts = [bar.v for bar in series.pager.bars if bar.v % 1 > 0]
    if parts:
        told = f"a volume of {parts[-1]:g} without decimals"
        yield Fault(told, series.paged or _NOTHING)


FIGURE_RULES = (price_steps, volume_decimals)
