"""Probes of what a server may have besides bars: marks and quotes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chandlery.doctor.answer import Exchange
from chandlery.doctor.check import Fault, Severity, probe
from chandlery.doctor.history import MS_FROM, column, is_number, number_of
from chandlery.doctor.series import Series

_NEEDED = ("ch", "chp", "lp")


@probe(
    "marks",
    Severity.ERROR,
    looks_at="/marks answers with an array of marks that lie on bars, if supports_marks is true",
    why="marks are not shown, and the client says nothing",
    todo='send [{"id", "time", "color", "text", "label"}], time in seconds and at a bar\'s time',
)
async def marks(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not series.visit.config.get("supports_marks"):
        return
    asked = await _marks(series, "/marks")
    table = asked.fields
    if not isinstance(asked.data, list) and not isinstance(table.get("id"), list):
        yield Fault("neither an array nor a table with the column id", asked)
        return
    rows = [item.get("time") for item in asked.items if isinstance(item, dict)]
    times = rows or column(table, "time")
    odd = _odd(times) or _off(series, times)
    if odd:
        yield Fault(odd, asked)


@probe(
    "timescale-marks",
    Severity.ERROR,
    looks_at="/timescale_marks answers with an array, if supports_timescale_marks is true",
    why="marks are not shown, or without their shape",
    todo='send [{"id", "time", "color", "label", "tooltip": [...]}], time in seconds',
)
async def timescale_marks(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not series.visit.config.get("supports_timescale_marks"):
        return
    asked = await _marks(series, "/timescale_marks")
    if isinstance(asked.fields.get("id"), list):
        yield Fault("a table loses shape and colour of the label", asked, Severity.WARNING)
    elif not isinstance(asked.data, list):
        yield Fault("the answer is no array", asked)
    elif odd := _odd([item.get("time") for item in asked.items if isinstance(item, dict)]):
        yield Fault(odd, asked)


@probe(
    "quotes",
    Severity.ERROR,
    looks_at="/quotes, where there is one, answers for every symbol by the name that was asked for",
    why="watch lists stay empty: the client finds a quote by the very text it asked for",
    todo='send {"s": "ok", "d": [{"s": "ok", "n": "A", "v": {"lp": 1.5, ...}}]}, numbers in v',
)
async def quotes(series: Series) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    symbol = series.listing.symbol
    if any(known.path == "/quotes" for known in series.visit.exchanges):
        return
    asked = await series.visit.get("/quotes", symbols=symbol)
    if asked.answer.status != 200 or not isinstance(asked.data, dict):
        return
    rows = asked.fields.get("d")
    quote = _quote(rows, symbol)
    if quote is None:
        yield Fault(f"no quote with the name {symbol}", asked)
        return
    values = quote.get("v")
    odd = [name for name in _NEEDED if isinstance(values, dict) and _is_text(values.get(name))]
    if quote.get("s") == "ok" and (not isinstance(values, dict) or odd):
        yield Fault(f"no numbers: {', '.join(odd) or 'v'}", asked)


async def _marks(series: Series, path: str) -> Exchange:
    known = series.known or [series.visit.now]
    window = {"from_": str(known[0]), "to": str(known[-1] + 1)}
    resolution = series.resolution.tradingview
    return await series.visit.get(
        path, symbol=series.listing.symbol, resolution=resolution, **window
    )


def _odd(times: list[object]) -> str:
    wrong = [t for t in times if not is_number(t) or number_of(t) >= MS_FROM]
    return f"the time {wrong[0]!r} is no time in seconds" if wrong else ""


def _off(series: Series, times: list[object]) -> str:
    """Say which mark lies on no bar; only what lies inside the known bars can be told."""
    known = set(series.known)
    for time in times:
        t = int(number_of(time))
        if series.known and series.known[0] <= t <= series.known[-1] and t not in known:
            return f"no bar begins at the mark's time {t}"
    return ""


def _quote(rows: object, symbol: str) -> dict[str, object] | None:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("n") == symbol:
            return row
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


EXTRA_PROBES = (marks, timescale_marks, quotes)
