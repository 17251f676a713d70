"""What the parsers of venues share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.sources.live.lot import DOLLAR, SPOT, Lot
from chandlery.sources.live.plans import shared_out
from chandlery.sources.live.reading import known_id, price_scale
from chandlery.sources.live.recent import PartlyGoneError, recent_page
from chandlery.sources.live.venue import TradeEvent


@pytest.mark.parametrize(
    ("tick", "scale"),
    [("0.01", 100), ("0.5", 10), ("1", 1), ("10", 1), ("0.0100", 100), ("1e-8", 10**8),
     ("2.5e-3", 10**4), ("1E2", 1), ("1e-40", 10**16), ("", 0), ("0", 0), ("x", 0), ("1ex", 0)],
)  # fmt: skip
def test_the_scale_that_makes_a_tick_whole(tick: str, scale: int) -> None:
    assert price_scale(tick) == scale


@given(st.integers(0, 1 << 70), st.text(max_size=25))
def test_ids_are_numbers_only_where_they_fit(number: int, text: str) -> None:
    found = known_id(str(number))
    assert found == (number if number < 1 << 63 else str(number))
    assert isinstance(known_id(text), str) or text.isdigit()


def test_sizes_in_base_units() -> None:
    assert SPOT.base(2.0, 50.0) == 2.0
    assert Lot(0.01).base(7, 50.0) == pytest.approx(0.07)
    assert DOLLAR.base(100.0, 50.0) == 2.0
    assert (DOLLAR.base(1, 0), DOLLAR.base(1, -1)) == (0, 0)


@given(st.lists(st.text(max_size=3)), st.integers(1, 5))
def test_every_symbol_is_in_one_plan(symbols: list[str], most: int) -> None:
    plans = shared_out("ws://x", symbols, most, lambda part: [list(part)])
    assert [symbol for plan in plans for symbol in plan.symbols] == list(dict.fromkeys(symbols))
    assert all(len(plan.symbols) <= most for plan in plans)


@given(st.lists(st.integers(0, 50), min_size=1, unique=True), st.integers(0, 50), st.integers(0, 9))
def test_recent_trades_are_whole_only_if_they_reach_back_far_enough(
    times: list[int], start: int, length: int
) -> None:
    trades = [TradeEvent("X", time, 1.0, 1.0, 0, time, 0) for time in times]
    inside = sorted(time for time in times if start <= time < start + length)
    try:
        page = recent_page(trades, start, start + length, most=1)
        assert min(times) < start
        found = page.trades
    except PartlyGoneError as error:
        assert start <= min(times) < error.from_us  # noqa: PT017 - it need not be raised
        found = error.trades
    assert [trade.time_us for trade in found] == inside
