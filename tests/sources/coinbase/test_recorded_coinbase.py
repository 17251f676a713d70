"""Coinbase's parser against a recording of the Exchange feed, and of other venues' feeds."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator

import pytest

from chandlery.core.errors import InputError
from chandlery.sources.bybit.venue import Bybit
from chandlery.sources.coinbase.rest import CoinbaseRest
from chandlery.sources.coinbase.venue import Coinbase
from chandlery.sources.hyperliquid.venue import Hyperliquid
from chandlery.sources.kraken.venue import Kraken
from chandlery.sources.live.venue import TradeEvent, Venue
from chandlery.sources.okx.venue import Okx
from tests.recorded.recordings import recording
from tests.sources.hostile import Canned, StillClock, events, survives

pytestmark = pytest.mark.recorded

FEED = ("other-exchanges", "COINBASE.ws.28.0.gz")
ALL = ("COINBASE.ws.28.0", "OKX.ws.1.0", "KRAKEN.0", "OKX.0", "COINBASE.0", "BITSTAMP.0",
       "GATEIO.0", "KUCOIN.0")  # fmt: skip


def frames(*names: str) -> Iterator[str]:
    with gzip.open(recording(*names), "rt") as lines:
        for line in lines:
            head, _, frame = line.rstrip("\n").partition(": ")
            if frame and "->" not in head and "<-" not in head:
                yield frame


def test_all_matches_are_read_and_nothing_else() -> None:
    told = [json.loads(frame) for frame in frames(*FEED) if '"trade_id"' in frame]
    matches = [each for each in told if each["type"] in ("match", "last_match")]
    found = [
        event
        for frame in frames(*FEED)
        for event in events(Coinbase(), frame)
        if isinstance(event, TradeEvent)
    ]
    assert len(found) == len(matches) > 50
    assert [each.id for each in found] == [each["trade_id"] for each in matches]


def test_ids_count_up_by_one_per_product() -> None:
    ids: dict[str, list[int]] = defaultdict(list)
    for frame in frames(*FEED):
        for event in events(Coinbase(), frame):
            if isinstance(event, TradeEvent) and isinstance(event.id, int):
                ids[event.symbol].append(event.id)
    assert ids
    assert all(found == list(range(found[0], found[-1] + 1)) for found in ids.values())


async def test_the_list_of_products_is_read() -> None:
    with gzip.open(recording("other-exchanges", "COINBASE.0.gz"), "rt") as lines:
        body = next(line for line in lines if "/products -> " in line).split(": ", 1)[1]
    rest = CoinbaseRest(Canned({"/products": body.encode()}), StillClock())
    listed = await rest.listed(["BTC-GBP", "SKL-EUR"])
    assert listed.markets["BTC-GBP"].price_scale == 100
    assert listed.markets["SKL-EUR"].price_scale == 10_000


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("venue", [Coinbase(), Okx(), Kraken(), Bybit(), Hyperliquid()])
def test_no_recorded_frame_of_any_venue_is_more_than_an_input_error(
    venue: Venue, name: str
) -> None:
    for frame in frames("other-exchanges", f"{name}.gz"):
        survives(venue, frame)


def test_a_frame_of_another_venue_is_never_a_trade() -> None:
    for frame in frames("other-exchanges", "OKX.ws.1.0.gz"):
        try:
            found = events(Coinbase(), frame)
        except InputError:
            continue
        assert not [event for event in found if isinstance(event, TradeEvent)]
