"""Small batches of trades and bars, a clock that is moved by hand, and comparing columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chandlery.core.candles import Bars, Candles
from chandlery.core.columns import US, Batch
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, Trades

START = 1_704_067_200
"""2024-01-01, a Monday."""
LATER_US = (START + 10 * 366 * 86_400) * US
"""A now that no trade of the tests is ahead of."""

MINUTE, HOUR, DAY, WEEK = (Resolution.parse(text) for text in ("1m", "1h", "1d", "1w"))


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    us: int = LATER_US
    seconds: float = 0.0

    def now_us(self) -> int:
        return self.us

    def elapsed(self) -> float:
        return self.seconds

    def move(self, seconds: float) -> None:
        self.us += round(seconds * US)
        self.seconds += seconds


def trades(
    rows: Iterable[tuple[float, float]],
    *,
    market: int = 0,
    first_id: int = 0,
    start: int = START,
    size: float = 1.0,
) -> Trades:
    """Return trades of one market from (seconds after the start, price); ids ascend."""
    listed = list(rows)
    return Trades.of(
        market=[market] * len(listed),
        time=[start * US + round(offset * US) for offset, _ in listed],
        price=[price for _, price in listed],
        size=[size] * len(listed),
        side=[BUY] * len(listed),
        sequence=[0] * len(listed),
        id=range(first_id, first_id + len(listed)),
    )


def delivery(rows: Iterable[tuple[float, float]], *, first_id: int = 0) -> Delivery:
    """Return a delivery of trades of market 0."""
    return Delivery(trades=trades(rows, first_id=first_id))


def candles(
    times: Sequence[int], *, market: int = 0, price: float = 1.0, given: bool = False
) -> Candles:
    """Return candles of one market at the times, all of one price."""
    flat = [price] * len(times)
    return Candles.of(
        market=[market] * len(times),
        t=times,
        o=flat,
        h=flat,
        l=flat,
        c=flat,
        v=[2.0] * len(times),
        q=[2.0 * price] * len(times),
        n=[3] * len(times),
        bv=[1.0] * len(times),
        given=[given] * len(times),
    )


def given_bars(
    resolution: Resolution, times: Sequence[int], *, market: int = 0, price: float = 1.0
) -> Bars:
    """Return bars as a source gives them."""
    return Bars(resolution, candles(times, market=market, price=price, given=True))


def assert_same(found: Batch, expected: Batch) -> None:
    """Compare two batches column by column: types, order and values, NaN being itself."""
    assert len(found) == len(expected)
    for name, column in expected.columns().items():
        own = found.columns()[name]
        assert not np.ma.isMaskedArray(own), name
        assert own.dtype == column.dtype, name
        np.testing.assert_array_equal(own, column, err_msg=name)
