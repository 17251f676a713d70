"""From typed columns to trades and candles: the rows that cannot be are marked and left out."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chandlery.core.candles import Candles
from chandlery.core.columns import US, Bools, Floats, starts_of_runs
from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution, Unit
from chandlery.core.trades import Trades
from chandlery.sources.files.parse.faults import Faults

Columns: TypeAlias = dict[str, NDArray[Any]]

_PRICES = ("o", "h", "l", "c")
_DAY = int(Unit.DAY)
_SPACINGS = {
    **{
        Resolution.parse(text).seconds: text
        for text in ("1s", "5s", "10s", "15s", "30s", "1m", "2m", "3m", "5m", "10m", "15m", "30m")
    },
    **{
        Resolution.parse(text).seconds: text
        for text in ("45m", "1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "3d", "1w")
    },
    **dict.fromkeys((28 * _DAY, 29 * _DAY, 30 * _DAY, 31 * _DAY), "1M"),
}


def trades(columns: Columns, faults: Faults) -> Trades:
    """Return the good trades. Without ids, `id` and `sequence` are 0."""
    for field in ("price", "size"):
        _mark_not_positive(columns[field], field, faults)
    rows = len(faults.bad)
    nothing = np.zeros(rows, dtype=np.int64)
    made = Trades(
        market=columns["market"],
        time=columns["time"],
        price=columns["price"],
        size=columns["size"],
        side=columns.get("side", np.zeros(rows, dtype=np.int8)),
        sequence=nothing,
        id=columns.get("id", nothing),
    )
    return made.take(~faults.bad) if faults.bad.any() else made


def candles(columns: Columns, faults: Faults) -> Candles:
    """Return the good bars as a source gave them; what the file does not tell stays unknown."""
    rows = len(faults.bad)
    for field in _PRICES:
        _mark_not_positive(columns[field], field, faults)
    o, h, l, c = (columns[field] for field in _PRICES)  # noqa: E741 - the column's name everywhere
    faults.mark(h < np.maximum(o, c), "h", "expected a high not below open and close")
    faults.mark(l > np.minimum(o, c), "l", "expected a low not above open and close")
    volume = columns.get("v", np.zeros(rows))
    faults.mark(~((volume >= 0) & (volume < np.inf)), "v", "expected a volume of 0 or more")
    unknown = np.full(rows, np.nan)
    count = columns.get("n", np.zeros(rows))
    made = Candles(
        market=columns["market"],
        t=columns["time"] // US,
        o=o,
        h=h,
        l=l,
        c=c,
        v=volume,
        q=_known(columns.get("q", unknown)),
        n=np.where((count >= 0) & (count < 2**53), count, 0).astype(np.int64),
        bv=_known(columns.get("bv", unknown)),
        given=np.ones(rows, dtype=np.bool_),
    )
    return made.take(~faults.bad) if faults.bad.any() else made


def last_of_each(bars: Candles) -> Candles:
    """Return bars in (market, t) order; of several of one time the last in the file stays."""
    order = np.lexsort((bars.t, bars.market))
    ordered = bars.take(order)
    first = starts_of_runs(ordered.market, ordered.t)
    return ordered.take(np.append(first[1:], len(ordered)) - 1) if len(ordered) else ordered


def spacing(bars: Candles) -> Resolution:
    """Return the resolution that the times of most bars tell."""
    ordered = last_of_each(bars)
    same = ordered.market[1:] == ordered.market[:-1]
    steps = (ordered.t[1:] - ordered.t[:-1])[same]
    lengths, counts = np.unique(steps, return_counts=True)
    if len(lengths):
        most = int(np.argmax(counts))
        text = _SPACINGS.get(int(lengths[most]))
        if text is not None and 2 * counts[most] >= len(steps):
            return Resolution.parse(text)
    message = "how long are the bars? their times do not tell"
    raise InputError(message, hint="name the length, such as --interval 1m")


def _mark_not_positive(values: Floats, field: str, faults: Faults) -> None:
    failed: Bools = ~((values > 0) & (values < np.inf))
    faults.mark(failed, field, "expected a positive number")


def _known(values: Floats) -> Floats:
    """Return volumes with those that cannot be as unknown: they are no reason to lose a bar."""
    return np.where((values >= 0) & (values < np.inf), values, np.nan)
