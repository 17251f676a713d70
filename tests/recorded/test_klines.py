"""An exchange's own bars agree with one another, and so must what is rolled up from them."""

from __future__ import annotations

import pytest

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import Bars, Candles, differences, roll_up
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import LADDER, Engine
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import LATER_US
from tests.recorded.recordings import klines

pytestmark = pytest.mark.recorded

# Finer and coarser interval, and how many bars the recordings let us compare.
STEPS = [
    ("15m", "30m", 9072),
    ("15m", "1h", 4536),
    ("1h", "4h", 3294),
    ("1h", "1d", 549),
    ("12h", "1d", 3178),
    ("1d", "1w", 453),
    ("1d", "1M", 103),
]


def whole(fine: Candles, of: Resolution, coarse: Resolution) -> Candles:
    """Return the exchange's coarse bars whose span the fine ones reach over from end to end."""
    bars, calendar = klines()[coarse], ALWAYS_OPEN.of(0)
    ends = calendar.next_open(coarse, bars.t)
    reach = int(fine.t[-1]) + of.seconds
    return bars.take((bars.t >= fine.t[0]) & (ends <= reach))


@pytest.mark.parametrize(("fine", "coarse", "count"), STEPS)
def test_rolling_up_gives_the_bars_of_the_exchange(fine: str, coarse: str, count: int) -> None:
    source, target = Resolution.parse(fine), Resolution.parse(coarse)
    bars = klines()[source]
    expected = whole(bars, source, target)
    made = roll_up(bars, target, ALWAYS_OPEN)
    made = made.take((made.t >= expected.t[0]) & (made.t <= expected.t[-1]))
    assert len(expected) == count
    assert differences(made, expected) == []


@pytest.mark.parametrize(("fine", "coarse", "count"), STEPS)
@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_what_a_store_makes_of_them_are_the_bars_of_the_exchange(
    fine: str, coarse: str, count: int, *, is_rolled_up: bool
) -> None:
    source, target = Resolution.parse(fine), Resolution.parse(coarse)
    bars = klines()[source]
    engine = Engine(MemoryStore(), sorted({*LADDER, source} - {target}))
    engine.registry.add_symbol("BINANCE:BTCUSDT")
    engine.recorder.record(Delivery(bars=(Bars(source, bars),)), LATER_US)
    if is_rolled_up:
        engine = Engine(engine.store, LADDER)
        list(engine.rollup.run(int(bars.t[-1]) + 40 * 86_400))
    expected = whole(bars, source, target)
    first, last = int(expected.t[0]), int(expected.t[-1])
    found = engine.history.candles(0, target, first, last + 1)
    assert len(expected) == count
    assert differences(found, expected) == []
