"""A million frames, each a good one with some bytes changed: none gives more than an InputError.

What can still be read must be sound, or be found not to be.
"""

from __future__ import annotations

import json
import random
from contextlib import suppress

import pytest

from chandlery.config import load
from chandlery.core.errors import InputError
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.venue import BarEvent, TradeEvent, Venue
from chandlery.venues import VENUES
from chandlery.venues.outfit import VenueOutfit
from tests.sources.binance.fake import FakeTrade, frame
from tests.sources.live.fast import FastClock
from tests.sources.venues.dialects import DIALECTS
from tests.sources.venues.stand_in import Tick

FEW, MANY = 2_000, 1_000_000 // 6
PIECES = (
    b"1e400",
    b"NaN",
    b"-1",
    b"null",
    b"{}",
    b"[[",
    b'"',
    b"\xff",
    b"\x00",
    b"9" * 400,
    b"\\ud800",
)


def venue_of(name: str) -> tuple[Venue, bytes]:
    """Return a venue and a good frame of it."""
    if name == "binance":
        symbol, trade = "BTCUSDT", FakeTrade(7, 1_704_067_201_000_000, "1.5", "2", is_maker=True)
        text = frame(symbol, "aggTrade", trade)
    else:
        dialect = DIALECTS[name]()
        symbol = dialect.symbol
        text = json.dumps(dialect.tell(Tick(7, 1_704_067_201_000_000, is_buy=True)))
    [outfit] = VENUES[name](load().settings, [symbol], FastClock().surroundings())
    assert isinstance(outfit, VenueOutfit)
    return outfit.venue, text.encode()


def changed(good: bytes, draw: random.Random) -> bytes:
    """Return a frame with some places changed, cut, doubled or filled with what is odd."""
    text = bytearray(good)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(text) + 1)
        kind = draw.randrange(4)
        if kind == 0:
            text[at : at + draw.randint(0, 4)] = draw.choice(PIECES)
        elif kind == 1 and at < len(text):
            text[at] ^= 1 << draw.randrange(8)
        elif kind == 2:
            text[at : at + draw.randint(1, 20)] = b""
        else:
            text[at:at] = text[draw.randrange(len(text) + 1) :][:20]
    return bytes(text)


def fuzzed(name: str, count: int) -> None:
    venue, good = venue_of(name)
    assert list(venue.read(good))
    draw = random.Random(name)  # noqa: S311 - chance, no secret
    for _ in range(count):
        bad = changed(good, draw)
        is_text = draw.random() < 0.5
        with suppress(InputError):
            for event in venue.read(bad.decode(errors="replace") if is_text else bad):
                if isinstance(event, TradeEvent):
                    check_trade(event)
                elif isinstance(event, BarEvent):
                    check_bar(event)


@pytest.mark.parametrize("name", sorted(VENUES))
def test_whatever_is_changed_in_a_frame_it_is_read_or_refused(name: str) -> None:
    fuzzed(name, FEW)


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(VENUES))
def test_whatever_is_changed_in_a_million_frames_they_are_read_or_refused(name: str) -> None:
    fuzzed(name, MANY)
