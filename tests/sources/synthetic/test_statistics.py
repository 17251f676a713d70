"""Generated trades look like trades: on one seed, with wide bounds."""

from __future__ import annotations

import numpy as np
import pytest

from chandlery.core.columns import US, Floats
from chandlery.core.trades import BUY, Trades
from chandlery.sources.synthetic import MarketSpec, Span, generate
from chandlery.sources.synthetic.rhythm import DAY_US, load_between

MIDNIGHT_US = 1_699_920_000 * US
DAYS = 20
SPEC = MarketSpec("X", 2650.0, daily_volatility=0.03, median_size=0.25, size_step=1e-4)


@pytest.fixture(scope="module")
def trades() -> Trades:
    span = Span(MIDNIGHT_US, MIDNIGHT_US + DAYS * DAY_US, 400_000)
    return Trades.concat(generate([SPEC], [1], span, seed=11))


def returns(trades: Trades, step_us: int) -> Floats:
    edges = np.arange(MIDNIGHT_US + step_us, MIDNIGHT_US + DAYS * DAY_US + 1, step_us)
    closes = trades.price[np.searchsorted(trades.time, edges) - 1]
    return np.diff(np.log(closes))


def correlation(values: Floats, lag: int) -> float:
    return float(np.corrcoef(values[lag:], values[:-lag])[0, 1])


@pytest.mark.parametrize("lag", [1, 2, 5])
def test_volatility_comes_in_clusters(trades: Trades, lag: int) -> None:
    moves = returns(trades, 300 * US)
    assert correlation(moves**2, lag) > 0.05
    assert abs(correlation(moves, lag)) < 0.05


def test_returns_have_fat_tails_and_the_volatility_asked_for(trades: Trades) -> None:
    moves = returns(trades, 300 * US)
    kurtosis = np.mean((moves - moves.mean()) ** 4) / moves.var() ** 2
    assert kurtosis > 4
    assert 0.6 < moves.std() * np.sqrt(288) / SPEC.daily_volatility < 1.5


def test_sizes_are_lognormal(trades: Trades) -> None:
    logs = np.log(trades.size)
    assert np.median(trades.size) == pytest.approx(SPEC.median_size, rel=0.02)
    assert logs.std() == pytest.approx(SPEC.size_spread, rel=0.02)
    assert abs(np.mean((logs - logs.mean()) ** 3) / logs.std() ** 3) < 0.05


def test_the_day_has_a_rhythm(trades: Trades) -> None:
    hours = np.bincount(trades.time % DAY_US // (3600 * US), minlength=24)
    expected = [
        load_between(MIDNIGHT_US + hour * 3600 * US, MIDNIGHT_US + (hour + 1) * 3600 * US)
        for hour in range(24)
    ]
    np.testing.assert_allclose(hours / len(trades), expected, rtol=0.05)
    assert hours.max() > 2.5 * hours.min()
    assert 12 <= hours.argmax() <= 18
    assert sum(expected) == pytest.approx(1)


def test_arrivals_are_as_uneven_as_chance_makes_them(trades: Trades) -> None:
    alone = np.unique(trades.time)
    waits = np.diff(alone[(alone % DAY_US) // (3600 * US) == 14])
    waits = waits[waits < 3600 * US]
    assert waits.std() / waits.mean() == pytest.approx(1, abs=0.05)


def test_buyers_lean_on_rises(trades: Trades) -> None:
    moves = np.diff(np.log(trades.price))
    bought = (trades.side[1:] == BUY).astype(np.float64)
    assert 0.05 < np.corrcoef(moves, bought)[0, 1] < 0.9
    assert 0.45 < bought.mean() < 0.55
