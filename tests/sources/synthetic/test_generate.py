"""Properties of generated trades: exact totals, order, ids, determinism."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.columns import US
from chandlery.core.errors import UsageError
from chandlery.core.trades import BUY, SELL, Trades
from chandlery.sources.synthetic import DEMO, MarketSpec, Span, generate, many

START_US = 1_700_000_000 * US
DAY_US = 86_400 * US


def made(markets: int, trades: int, *, seed: int = 0, length_us: int = DAY_US) -> Trades:
    span = Span(START_US, START_US + length_us, trades)
    return Trades.concat(generate(many(markets, 1), range(1, markets + 1), span, seed=seed))


def assert_same(found: Trades, expected: Trades) -> None:
    for name, column in expected.columns().items():
        np.testing.assert_array_equal(getattr(found, name), column, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 50),
    st.integers(0, 3000),
    st.integers(0, 9),
    st.sampled_from([1, 7, US // 3, US, 90 * US, DAY_US, 40 * DAY_US]),
)
def test_the_laws_of_generated_trades(markets: int, count: int, seed: int, length_us: int) -> None:
    trades = made(markets, count, seed=seed, length_us=length_us)
    assert len(trades) == count
    assert np.all(np.diff(trades.time) >= 0)
    assert np.all((trades.time >= START_US) & (trades.time < START_US + length_us))
    assert not trades.sequence.any()
    assert set(trades.side.tolist()) <= {BUY, SELL}
    for values in (trades.price, trades.size):
        assert np.all(np.isfinite(values) & (values > 0))
    counts = np.bincount(trades.market, minlength=markets + 1)[1:]
    assert count < markets or counts.min() >= 1
    for number in range(1, markets + 1):
        ids = trades.id[trades.market == number]
        np.testing.assert_array_equal(ids, np.arange(1, len(ids) + 1))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 200_000))
def test_the_size_of_batches_changes_nothing(batch_rows: int) -> None:
    span = Span(START_US, START_US + DAY_US, 150_000)
    batch_rows = max(batch_rows, 500)
    batches = list(generate(DEMO, (1, 2, 3), span, seed=5, batch_rows=batch_rows))
    assert {len(batch) for batch in batches[:-1]} <= {batch_rows}
    assert len(batches[-1]) <= batch_rows
    assert_same(Trades.concat(batches), Trades.concat(generate(DEMO, (1, 2, 3), span, seed=5)))


def test_a_seed_repeats_and_another_differs() -> None:
    assert_same(made(5, 5000, seed=3), made(5, 5000, seed=3))
    assert not np.array_equal(made(5, 5000, seed=3).price, made(5, 5000, seed=4).price)
    assert_same(made(2, 10, seed=-1), made(2, 10, seed=-1))


def test_no_more_than_what_is_asked_for_is_generated() -> None:
    span = Span(START_US, START_US + 365 * DAY_US, 10**12)
    batches = generate(many(20), range(20), span, batch_rows=1000)
    assert [len(next(batches)) for _ in range(5)] == [1000] * 5


def test_shares_follow_the_weights_exactly() -> None:
    trades = made(100, 100_000)
    counts = np.bincount(trades.market)[1:]
    weights = 1 / np.arange(1, 101)
    np.testing.assert_allclose(counts - 1, 99_900 * weights / weights.sum(), atol=1)
    demo = Trades.concat(generate(DEMO, (4, 5, 6), Span(START_US, START_US + DAY_US, 3001)))
    assert np.bincount(demo.market)[4:].tolist() == [1001, 1000, 1000]


def test_instants_are_shared_by_sweeps_of_one_side() -> None:
    trades = made(1, 20_000)
    shared = np.diff(trades.time) == 0
    assert 0.08 < shared.mean() < 0.16
    np.testing.assert_array_equal(trades.side[1:][shared], trades.side[:-1][shared])
    deeper = np.diff(trades.price)[shared] * trades.side[1:][shared]
    assert np.all(deeper >= 0)


@pytest.mark.parametrize("spec", [*DEMO, *many(40, 3), MarketSpec("X", 100.0, tick=0.25)])
def test_prices_and_sizes_are_the_floats_nearest_to_whole_steps(spec: MarketSpec) -> None:
    span = Span(START_US, START_US + 3600 * US, 300)
    trades = Trades.concat(generate([spec], [1], span))
    for values, step in ((trades.price, spec.tick), (trades.size, spec.size_step)):
        assert values.min() > 0
        for value in values.tolist():
            steps = round(value / step)
            assert value == pytest.approx(steps * step, rel=1e-12)
            assert len(repr(value).replace(".", "").split("e")[0].strip("0")) <= 17
    assert 0.8 < trades.price[-1] / spec.start_price < 1.25


def test_prices_print_as_short_decimals() -> None:
    span = Span(START_US, START_US + DAY_US, 5000)
    trades = Trades.concat(generate(DEMO, (1, 2, 3), span))
    assert max(len(repr(price).partition(".")[2]) for price in trades.price.tolist()) == 2


def test_many_gives_varied_markets() -> None:
    specs = many(2000, 7)
    prices = np.array([spec.start_price for spec in specs])
    assert specs == many(2000, 7)
    assert specs[0].symbol == "SYN:M00001"
    assert specs[0].weight == 10 * specs[9].weight
    assert prices.min() < 1e-7
    assert prices.max() > 1e4
    assert len({spec.tick for spec in specs}) > 10
    assert all(1e3 < spec.start_price / spec.tick < 1e7 for spec in specs)


def test_a_spec_names_its_market() -> None:
    market = DEMO[0].market
    assert (market.symbol, market.base, market.quote) == ("DEMO:GOLD", "GOLD", "USD")
    assert (market.type, market.description) == ("commodity", "Gold, made up")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Span(5, 9, 1), "after 2009"),
        (lambda: Span(START_US, START_US, 1), "interval"),
        (lambda: Span(START_US, START_US + 1, -1), "-1"),
        (lambda: MarketSpec("A", 0.0), "start_price is 0.0"),
        (lambda: MarketSpec("A", 1.0, tick=float("nan")), "tick is nan"),
        (lambda: generate(DEMO, (1, 2), Span(START_US, START_US + 1, 1)), "2 for 3"),
        (lambda: generate(DEMO, (1, 2, 2), Span(START_US, START_US + 1, 1)), "twice"),
        (lambda: generate(DEMO, (1, 2, 3), Span(START_US, START_US + 1, 1), batch_rows=0), "0"),
    ],
)
def test_what_cannot_be_is_refused(wrong: object, message: str) -> None:
    assert callable(wrong)
    with pytest.raises(UsageError, match=message):
        wrong()
