"""Two recorded days of trades: however they are delivered, the candles are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chandlery.core.calendar import ALWAYS_OPEN
from chandlery.core.candles import differences, fold
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.verify import verify
from tests.conformance.homes import STORES, Home
from tests.engine.builders import LATER_US, assert_same
from tests.recorded.recordings import stream

pytestmark = pytest.mark.recorded

TEXTS = ("1s", "7s", "30s", "1m", "3m", "5m", "1h", "2h", "1d", "1w", "1M")
RESOLUTIONS = [Resolution.parse(text) for text in TEXTS]
SEEDS = (1, 2)


def test_the_recordings_are_what_they_are_said_to_be() -> None:
    trades = stream()
    assert len(trades) == 9_757 + 10_147
    assert (np.diff(trades.id) == 1).all()


@pytest.mark.parametrize("kind", sorted(STORES))
@pytest.mark.parametrize("seed", SEEDS)
def test_twice_and_shuffled_they_make_the_same_candles_as_once_in_order(
    kind: str, seed: int, tmp_path: Path
) -> None:
    trades, random = stream(), np.random.default_rng(seed)
    home = Home(kind, tmp_path)
    engine = Engine(home.store)
    engine.registry.add_symbol("BINANCE:BTCUSDT")
    rows = random.permutation(np.concatenate((np.arange(len(trades)), np.arange(len(trades)))))
    start = int(trades.time[0]) // 10**6
    cuts = np.sort(random.integers(0, len(rows), 40))
    accepted = 0
    for number, part in enumerate(np.split(rows, cuts)):
        recorded = engine.recorder.record(Delivery(trades.take(part)), LATER_US)
        accepted += len(recorded.trades)
        if number % 10 == 5:
            list(engine.rollup.run(start + number * 4_000))
        if number == 20:
            engine = Engine(home.restart())
    assert accepted == len(trades)
    assert_same(engine.history.trades(0, 0, 1 << 62), trades.sorted())
    for until in (0, start + 30 * 86_400):
        list(engine.rollup.run(until))
        for resolution in RESOLUTIONS:
            found = engine.history.candles(0, resolution, 0, 1 << 40)
            expected = fold(trades, resolution, ALWAYS_OPEN)
            assert differences(found, expected) == [], resolution
    assert verify(engine).differences == []
    home.store.close()
