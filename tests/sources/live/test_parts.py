"""Back-off, budgets, rhythms, and what a feed refuses to believe."""

from __future__ import annotations

import math

import pytest

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.sources.live.bar_track import BarTrack
from chandlery.sources.live.clock_track import ClockTrack
from chandlery.sources.live.figures import LONGEST_SAMPLE, MOST_SAMPLES, FeedCounts
from chandlery.sources.live.http import Budget
from chandlery.sources.live.ledger import EARLY_US, MOST_HELD, Book, Ledger
from chandlery.sources.live.progress import Progress, progress_of, text_of
from chandlery.sources.live.rhythm import LEAST_S, Rhythm
from chandlery.sources.live.sound import check_bar, check_trade
from chandlery.sources.live.surroundings import BackOff
from chandlery.sources.live.track import US, Known
from chandlery.sources.live.values import CaughtUp, Lost, Passed, Resumed
from chandlery.sources.live.venue import BarEvent, TradeEvent
from tests.sources.live.fast import START, FastClock

NOW_US = START * US + 3_600 * US
MINUTE = Resolution.parse("1m")


def trade(number: int, at_us: int = NOW_US, **other: object) -> TradeEvent:
    fields = {"price": 1.0, "size": 1.0, "side": 1, "sequence": number, **other}
    return TradeEvent(symbol="A", time_us=at_us, id=number, **fields)  # type: ignore[arg-type]


def ledger(*, are_ids_contiguous: bool = True) -> Ledger:
    return Ledger(Book({"A": 0}, are_ids_contiguous), Progress(), FeedCounts())


def test_waits_grow_are_never_the_same_and_have_an_end() -> None:
    back_off = BackOff(FastClock().surroundings(1), first_s=1.0, last_s=30.0)
    waits = [back_off.next_s() for _ in range(12)]
    assert all(0.5 * min(2**n, 30) <= wait <= min(2**n, 30) for n, wait in enumerate(waits))
    assert len(set(waits)) == len(waits)
    back_off.reset()
    assert back_off.next_s() <= 1.0


def test_a_hole_whose_trade_waits_for_our_clock_is_neither_lost_nor_asked_for() -> None:
    own = ledger()
    own.take([Resumed(("A",), NOW_US), CaughtUp("A", round=1)], NOW_US)
    own.take([trade(1, NOW_US), trade(3, NOW_US)], NOW_US)
    assert own.behind == {("A", False)}
    # Our clock is set back before the venue has answered.
    back_us = NOW_US - 3_600 * US
    own.take([trade(2, NOW_US), Passed("A", 3), CaughtUp("A", round=1)], back_us)
    assert (own.counts.held, own.counts.lost, own.behind) == (1, 0, set())
    assert not own.is_whole
    own.take([], NOW_US)
    assert (own.counts.held, own.counts.lost, own.behind) == (0, 0, set())
    assert own.is_whole


def test_no_more_than_the_share_of_a_limit_is_asked_in_a_minute() -> None:
    budget, now_us = Budget(1_000), 120 * 60 * US + 15 * US
    for _ in range(36):
        assert budget.wait_s(25, now_us) == 0
        budget.spend(25, None)
    assert budget.wait_s(25, now_us) == pytest.approx(45.5)
    assert budget.wait_s(25, now_us + 46 * US) == 0


def test_what_the_venue_counts_is_what_counts() -> None:
    budget, now_us = Budget(1_000), 120 * 60 * US
    budget.wait_s(1, now_us)
    budget.spend(1, 880)
    assert budget.wait_s(10, now_us) == 0
    assert budget.wait_s(21, now_us) > 0


def test_silence_is_measured_by_what_is_usual() -> None:
    rhythm = Rhythm(30.0)
    assert rhythm.limit_s == 30.0
    for second in range(200):
        rhythm.heard(second / 10)
    assert rhythm.limit_s == LEAST_S
    for second in range(400):
        rhythm.heard(20 + second)
    assert LEAST_S < rhythm.limit_s <= 30.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": 0.0},
        {"price": -1.0},
        {"price": math.nan},
        {"price": math.inf},
        {"price": "one"},
        {"size": 0.0},
        {"size": "1e400"},
        {"at_us": 1},
        {"at_us": 1 << 62},
        {"sequence": 1 << 70},
    ],
)
def test_a_trade_that_cannot_be_is_not_believed(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        check_trade(trade(5, **wrong))  # type: ignore[arg-type]
    with pytest.raises(InputError):
        check_trade(trade(-1))


@pytest.mark.parametrize("wrong", [{"h": 0.5}, {"l": 2.5}, {"v": -1.0}, {"o": math.nan}, {"t": 5}])
def test_a_bar_that_cannot_be_is_not_believed(wrong: dict[str, float]) -> None:
    fields = {"t": START, "o": 1.0, "h": 3.0, "l": 0.9, "c": 2.0, "v": 1.0, "q": math.nan}
    fields |= {"n": 0, "bv": math.nan}
    check_bar(BarEvent("A", MINUTE, is_closed=True, **fields))  # type: ignore[arg-type]
    with pytest.raises(InputError):
        check_bar(BarEvent("A", MINUTE, is_closed=True, **(fields | wrong)))  # type: ignore[arg-type]


def test_a_trade_ahead_of_the_clock_waits_for_it() -> None:
    own = ledger()
    own.take([trade(1), trade(2, NOW_US + 300 * US)], NOW_US)
    delivery = own.delivery("x", is_full=True)
    assert delivery is not None
    assert delivery.trades.id.tolist() == [1]
    assert (own.counts.held, own.counts.early) == (1, 1)
    own.take([], NOW_US + 295 * US)
    later = own.delivery("x", is_full=True)
    assert later is not None
    assert later.trades.id.tolist() == [2]
    assert own.counts.held == 0


def test_no_more_than_so_many_trades_wait() -> None:
    own = ledger()
    ahead_us = NOW_US + EARLY_US + US
    own.take([trade(n, ahead_us) for n in range(MOST_HELD + 5)], NOW_US)
    assert (own.counts.held, own.counts.refused) == (MOST_HELD, 5)


def test_a_lost_connection_is_a_gap_until_something_is_seen_again() -> None:
    own = ledger()
    own.take([trade(1), trade(2, NOW_US + 3 * US), Lost(("A",), "cut")], NOW_US + 4 * US)
    delivery = own.delivery("x", is_full=False)
    assert delivery is not None
    [gap] = delivery.gaps
    assert (gap.start, gap.end, gap.reason) == (NOW_US // US + 2, None, "cut")
    assert delivery.positions


def test_without_ids_what_came_while_disconnected_is_asked_for_by_time() -> None:
    own = ledger(are_ids_contiguous=False)
    own.take([Resumed(("A",), NOW_US), trade(9, NOW_US + 10 * US)], NOW_US + 10 * US)
    own.take([Lost(("A",), "cut")], NOW_US + 10 * US)
    own.take([Resumed(("A",), NOW_US + 60 * US)], NOW_US + 60 * US)
    track = own.tracks["A"]
    assert isinstance(track, ClockTrack)
    [hole] = track.holes()
    assert (hole.start_s, hole.end_s) == (NOW_US // US + 8, NOW_US // US + 61)
    own.take([Passed("A", hole.last)], NOW_US + 61 * US)
    delivery = own.delivery("x", is_full=True)
    assert delivery is not None
    spans = {(seen.start - NOW_US // US, seen.end - NOW_US // US) for seen in delivery.coverage}
    assert (8, 61) in spans


def test_bars_that_are_missing_are_known() -> None:
    track = BarTrack(60, START)
    track.add(START)
    track.add(START + 180)
    assert track.has_hole
    assert track.holes() == [(START + 60, START + 180)]
    assert track.known == START + 60
    track.passed(START + 240)
    assert not track.has_hole


def test_a_position_survives_as_text() -> None:
    progress = Progress(trades={"A": Known(5, 6, 7)}, bars={"A": 60})
    assert progress_of(text_of(progress)) == progress
    assert progress_of(None) == Progress()
    for wrong in ("", "{", '{"version":99}', '{"trades":{"A":[1]}}'):
        with pytest.raises(InputError):
            progress_of(wrong)


def test_samples_of_bad_frames_are_few_and_short() -> None:
    counts = FeedCounts()
    for _ in range(MOST_SAMPLES * 2):
        counts.sample(b"\xff" * 10_000)
    assert counts.malformed == MOST_SAMPLES * 2
    assert len(counts.samples) == MOST_SAMPLES
    assert all(len(sample) <= LONGEST_SAMPLE for sample in counts.samples)
