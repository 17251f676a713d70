"""What every candle must be, said again in plain Python: slow, and apart from `core.candles`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

import numpy as np

from chandlery.core.calendar import Calendar
from chandlery.core.candles import Candles
from chandlery.core.filters import Rule
from chandlery.core.resolution import Resolution, Unit
from chandlery.core.trades import BUY, Trades

_MINUTE_US = 60_000_000
Key = tuple[int, int]
"""Market and bar time."""
_EPOCH = date(1970, 1, 1)
_DAY = 86_400


@dataclass(slots=True)
class Bar:
    """One candle, or one trade, beginning at a moment in seconds."""

    moment: int
    o: float
    h: float
    l: float  # noqa: E741 - the column's name everywhere
    c: float
    v: float
    q: float
    n: int
    bv: float
    given: bool = False


class Oracle:
    """Folds trades and given bars by the book, for one ladder and the markets' calendars."""

    def __init__(self, ladder: Sequence[Resolution], calendars: Sequence[Calendar]) -> None:
        self._ladder = list(ladder)
        self._calendars = calendars

    def candles(
        self, resolution: Resolution, trades: Trades, given: dict[Resolution, Candles]
    ) -> Candles:
        """Return every bar of a resolution."""
        bars = self._bars(resolution, trades, {r: _by_key(c) for r, c in given.items() if len(c)})
        return _columns(sorted(bars.items()))

    def _bars(
        self, resolution: Resolution, trades: Trades, given: dict[Resolution, dict[Key, Bar]]
    ) -> dict[Key, Bar]:
        """Return the bars made from the next finer ones; those that are given win."""
        source = [r for r in self._ladder if r != resolution and r.divides(resolution)][-1:]
        if source:
            made = self._bars(source[0], trades, given)
            pieces = [(m, self._moved(m, source[0], t, bar)) for (m, t), bar in made.items()]
        else:
            pieces = list(_each_trade(trades))
        for between in self._given_between(resolution, source, given):
            own = given[between]
            pieces = [
                (m, bar) for m, bar in pieces if (m, self._floor(m, between, bar.moment)) not in own
            ]
            pieces += [(m, self._moved(m, between, t, bar)) for (m, t), bar in own.items()]
        bars: dict[Key, Bar] = {}
        for market, piece in sorted(pieces, key=lambda pair: (pair[0], pair[1].moment)):
            key = market, self._floor(market, resolution, piece.moment)
            bars[key] = _joined(bars[key], piece) if key in bars else _alone(piece)
        return bars | given.get(resolution, {})

    def _given_between(
        self,
        resolution: Resolution,
        source: Sequence[Resolution],
        given: Iterable[Resolution],
    ) -> list[Resolution]:
        """Return the series that only hold bars as given, finer than one and coarser than other."""
        return sorted(
            r
            for r in given
            if r not in self._ladder
            and r < resolution
            and r.divides(resolution)
            and all(finer < r and finer.divides(r) for finer in source)
        )

    def _moved(self, market: int, of: Resolution, t: int, bar: Bar) -> Bar:
        """Return the bar with its moment the instant at which it begins."""
        moment = t
        if not of.is_intraday:
            moment = int(self._calendars[market].open(of, np.array([t], dtype=np.int64))[0])
        return Bar(moment, bar.o, bar.h, bar.l, bar.c, bar.v, bar.q, bar.n, bar.bv)

    def _floor(self, market: int, resolution: Resolution, moment: int) -> int:
        calendar = self._calendars[market]
        if calendar == Calendar():
            return plain_floor(resolution, moment)
        return int(calendar.floor(resolution, np.array([moment], dtype=np.int64))[0])


def plain_floor(resolution: Resolution, moment: int) -> int:
    """Return the bar time of a moment in a market that never closes, by the civil calendar."""
    day = datetime.fromtimestamp(moment, UTC).date()
    midnight = (day - _EPOCH).days * _DAY
    count = resolution.count
    if resolution.unit is Unit.SECOND:
        return midnight + (moment - midnight) // count * count
    if resolution.unit is Unit.MONTH:
        first = date(day.year, (day.month - 1) // count * count + 1, 1)
    elif resolution.unit is Unit.DAY:
        new_year = date(day.year, 1, 1)
        first = new_year + timedelta((day - new_year).days // count * count)
    else:
        monday = day - timedelta(day.weekday())
        start = date(monday.year, 1, 1)
        start += timedelta(-start.weekday() % 7)
        first = start + timedelta((monday - start).days // (7 * count) * 7 * count)
    return (first - _EPOCH).days * _DAY


def counted(trades: Trades, rules: Mapping[int, Rule]) -> Trades:
    """Return the trades that no rule leaves out."""
    columns = [column.tolist() for column in trades.columns().values()]
    rows = sorted(zip(*columns, strict=True), key=lambda row: (row[1], row[5], row[6]))
    closes: dict[tuple[int, int], float] = {}
    for market, time, price, *_ in rows:
        closes[market, time // _MINUTE_US] = price
    kept = [row for row in rows if _counts(row, rules.get(row[0], Rule()), closes)]
    names = list(Trades.DTYPES)
    return Trades.of(**{name: [row[n] for row in kept] for n, name in enumerate(names)})


def _counts(row: Sequence[float], rule: Rule, closes: Mapping[tuple[int, int], float]) -> bool:
    market, time, price, size = int(row[0]), int(row[1]), row[2], row[3]
    if price * size < rule.min_notional:
        return False
    minute = time // _MINUTE_US
    minutes = range(minute - rule.window_s // 60, minute)
    near = [closes[market, m] for m in minutes if (market, m) in closes]
    if not rule.max_deviation or len(near) < 3:
        return True
    reference = median(near)
    return abs(price - reference) <= rule.max_deviation * reference


def _each_trade(trades: Trades) -> Iterator[tuple[int, Bar]]:
    """Yield the trades in (time, sequence, id) order, each once, as bars of their own."""
    seen = set()
    columns = [column.tolist() for column in trades.columns().values()]
    rows = sorted(zip(*columns, strict=True), key=lambda row: (row[0], row[1], row[5], row[6]))
    for market, time, price, size, side, _, number in rows:
        if (market, number) not in seen:
            seen.add((market, number))
            bought = size if side == BUY else 0.0
            moment = time // 1_000_000
            yield (
                market,
                Bar(moment, price, price, price, price, size, price * size, 1, bought),
            )


def _alone(piece: Bar) -> Bar:
    return Bar(0, piece.o, piece.h, piece.l, piece.c, piece.v, piece.q, piece.n, piece.bv)


def _joined(bar: Bar, later: Bar) -> Bar:
    return Bar(
        0,
        bar.o,
        max(bar.h, later.h),
        min(bar.l, later.l),
        later.c,
        bar.v + later.v,
        bar.q + later.q,
        bar.n + later.n,
        bar.bv + later.bv,
    )


def _by_key(candles: Candles) -> dict[Key, Bar]:
    columns = [column.tolist() for column in candles.columns().values()]
    return {(row[0], row[1]): Bar(row[1], *row[2:]) for row in zip(*columns, strict=True)}


def _columns(bars: Sequence[tuple[Key, Bar]]) -> Candles:
    values = {name: [getattr(bar, name) for _, bar in bars] for name in list(Candles.DTYPES)[2:]}
    return Candles.of(market=[m for (m, _), _ in bars], t=[t for (_, t), _ in bars], **values)
