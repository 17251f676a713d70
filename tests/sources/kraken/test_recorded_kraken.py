"""Kraken's list of pairs, as it was recorded."""

from __future__ import annotations

import gzip

import pytest

from chandlery.sources.kraken.rest import KrakenRest
from tests.recorded.recordings import recording
from tests.sources.hostile import Canned, StillClock

pytestmark = pytest.mark.recorded


async def test_the_list_of_pairs_is_read() -> None:
    with gzip.open(recording("other-exchanges", "KRAKEN.0.gz"), "rt") as lines:
        body = next(line for line in lines if "AssetPairs" in line).split(": ", 1)[1]
    rest = KrakenRest(Canned({"/0/public/AssetPairs": body.encode()}), StillClock())
    listed = await rest.listed(["BTC/USD", "DOGE/USD", "ETH/EUR", "NO/USD"])
    assert set(listed.markets) == {"BTC/USD", "DOGE/USD", "ETH/EUR"}
    assert listed.markets["BTC/USD"].price_scale == 10
