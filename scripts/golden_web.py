"""Writes what the web side is tested against: values of the Python functions, with their inputs.

`python -m scripts.golden_web` writes the files again; a test says when that is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.core.indicators import INDICATORS, Indicator, Parameter, Timeline, Value
from chandlery.core.resolution import Resolution

FOLDER = Path(__file__).resolve().parent.parent / "web" / "packages" / "core" / "tests" / "golden"

CALENDARS = (
    ("24x7", "UTC"),
    ("1;24x7", "UTC"),
    ("24x7", "Europe/Berlin"),
    ("0930-1600", "America/New_York"),
    ("1700-1600", "America/Chicago"),
    ("0900-1130,1230-1500", "Asia/Tokyo"),
    ("0000-0000:1234567", "America/Sao_Paulo"),
)
RESOLUTIONS = ("7s", "1m", "7m", "1h", "4h", "1d", "2d", "3d", "1w", "2w", "3w", "1M", "5M", "12M")
TIMES = 10
BARS = 150
SETS = 2
SEED = 20_261_128


def calendars() -> Any:
    """Return, by session and zone, [resolution, moment, bar, its begin, the next one's begin]."""
    chance = np.random.default_rng(SEED)
    return [
        {"session": session, "zone": zone, "rows": _rows(Calendar(session, zone), chance)}
        for session, zone in CALENDARS
    ]


def _rows(calendar: Calendar, chance: np.random.Generator) -> list[list[Any]]:
    # Around changes of the clocks, of years and of weeks, and anywhere.
    around = np.array([1_710_050_400, 1_711_846_800, 1_730_613_600, 1_704_067_200, 1_735_689_600])
    near = chance.choice(around, TIMES) + chance.integers(-200_000, 200_000, TIMES)
    times = np.where(
        chance.random(TIMES) < 0.7, near, chance.integers(1_000_000_000, 1_900_000_000, TIMES)
    )
    rows = []
    for text in RESOLUTIONS:
        resolution = Resolution.parse(text)
        bar = calendar.floor(resolution, times)
        columns = (
            times,
            bar,
            calendar.open(resolution, bar),
            calendar.next_open(resolution, times),
        )
        rows += [[text, *map(int, row)] for row in zip(*columns, strict=True)]
    return rows


def indicators() -> Any:
    """Return bars, and of each indicator its values with several parameters, at some of them."""
    chance = np.random.default_rng(SEED)
    bars = _bars(chance)
    columns = {name: getattr(bars, name).tolist() for name in ("t", "o", "h", "l", "c", "v")}
    cases = [
        _case(each, _values(each, chance, first=not number), bars)
        for each in INDICATORS.values()
        for number in range(SETS)
    ]
    return {"bars": columns, "session": "0930-1600", "zone": "America/New_York", "cases": cases}


def _case(indicator: Indicator, values: dict[str, Value], bars: Candles) -> dict[str, Any]:
    timeline = Timeline(Calendar("0930-1600", "America/New_York"), Resolution.parse("1h"))
    outputs = indicator.compute(bars, values, timeline)
    return {
        "name": indicator.name,
        "parameters": values,
        "lead": indicator.warm_up(values),
        "displacement": dict(indicator.displacement(values)),
        "outputs": {name: _shown(column) for name, column in outputs.items()},
    }


def _shown(column: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(f"{value:.13g}") for value in column.tolist()]


def _values(each: Indicator, chance: np.random.Generator, *, first: bool) -> dict[str, Value]:
    """Return the defaults, or parameters at random of which values come within the bars."""
    if first:
        return each.values()
    given = {own.name: _value(own, chance) for own in each.parameters}
    if each.name == "macd":
        given["slow"] = int(given["fast"]) + int(chance.integers(1, 30))
    return each.values(given)


def _value(own: Parameter, chance: np.random.Generator) -> Value:
    if own.kind == "choice":
        return str(chance.choice(own.choices))
    if own.kind == "float":
        return round(float(chance.uniform(0.5, 4)), 2)
    return int(chance.integers(max(1, int(own.low)), 40))


def _bars(chance: np.random.Generator) -> Candles:
    """Return hourly bars with jumps, bars that stand still, and times that were left out."""
    steps = np.where(chance.random(BARS) < 0.1, 0.0, chance.normal(0, 1.5, BARS))
    close = np.round(100 + np.cumsum(steps), 2)
    opened = np.round(close - np.where(steps == 0, 0.0, chance.normal(0, 0.5, BARS)), 2)
    still = steps == 0
    high = np.maximum(opened, close) + np.where(still, 0.0, np.round(chance.random(BARS), 2))
    low = np.minimum(opened, close) - np.where(still, 0.0, np.round(chance.random(BARS), 2))
    volume = np.where(chance.random(BARS) < 0.05, 0.0, np.round(chance.exponential(10, BARS), 3))
    calendar = Calendar("0930-1600", "America/New_York")
    every = calendar.bars(Resolution.parse("1h"), 1_709_000_000, 1_730_000_000)
    t = every[np.flatnonzero(chance.random(len(every)) < 0.9)[:BARS]]
    nothing = np.zeros(BARS)
    return Candles(
        market=np.zeros(BARS, dtype=np.int32),
        t=t,
        o=opened,
        h=np.round(high, 2),
        l=np.round(low, 2),
        c=close,
        v=volume,
        q=nothing,
        n=np.ones(BARS, dtype=np.int64),
        bv=nothing,
        given=np.zeros(BARS, dtype=bool),
    )


FILES: dict[str, Callable[[], Any]] = {"calendar.json": calendars, "indicators.json": indicators}


def text_of(name: str) -> str:
    """Return the text of a file."""
    return json.dumps(FILES[name](), separators=(",", ":")) + "\n"


def main() -> None:
    """Write all files."""
    for name in FILES:
        (FOLDER / name).write_text(text_of(name))


if __name__ == "__main__":
    main()
