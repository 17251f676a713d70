"""The simulator does what was measured of TradingView's client."""

from __future__ import annotations

import pytest

from chandlery.core.calendar import Calendar
from chandlery.core.resolution import Resolution
from chandlery.doctor.history import Bar, History, history_of
from chandlery.doctor.pager import MOST_REQUESTS, Pager, PageRequest, first_end
from tests.doctor import broken
from tests.doctor.reference import DAY, DENSE, GAP, MARKETS, NOW, SPARSE, YOUNG, Reference, Traded

MINUTE = Resolution.parse("1m")
MIDNIGHT = NOW - NOW % DAY


def opened(server: Reference, market: Traded, spelling: str = "1", wanted: int = 300) -> Pager:
    resolution = Resolution.parse(spelling)
    pager = Pager(market.calendar, resolution, NOW, wanted)
    turn(server, pager, market)
    return pager


def turn(server: Reference, pager: Pager, market: Traded) -> None:
    bars = server.bars(market, pager.resolution)
    while (request := pager.request) is not None:
        told = server.history(bars, request.start, request.end, request.wanted or 0)
        pager.take(history_of(told))


def truth(market: Traded, spelling: str = "1") -> list[int]:
    return [int(t) for t in market.bars(Resolution.parse(spelling))]


@pytest.mark.parametrize(
    ("session", "resolution", "end"),
    [
        ("24x7", "1", NOW + 60),
        ("24x7", "1S", NOW + 60),
        ("24x7", "1D", MIDNIGHT + DAY),
        ("24x7", "1W", MIDNIGHT + DAY),
        ("0930-1600:2345", "1D", MIDNIGHT + 4 * DAY),
    ],
)
def test_the_first_request_ends_a_minute_ahead_or_on_the_next_trading_day(
    session: str, resolution: str, end: int
) -> None:
    assert first_end(Calendar(session), Resolution.parse(resolution), NOW) == end


def test_a_request_is_sent_with_the_ticker_and_whole_seconds() -> None:
    params = PageRequest(1, 2, 3).params("A:B", "1D")
    assert params == {
        "symbol": "A:B",
        "resolution": "1D",
        "from": "1",
        "to": "2",
        "countback": "3",
    }
    assert "countback" not in PageRequest(1, 2).params("A:B", "1D")


@pytest.mark.parametrize("market", [DENSE, SPARSE], ids=["dense", "sparse"])
def test_countback_honoured_is_one_request(market: Traded) -> None:
    pager = opened(Reference(), market)
    assert (pager.requests, len(pager.bars), pager.missing(truth(market))) == (1, 300, [])


def test_a_gap_of_twenty_days_is_one_request_with_countback() -> None:
    pager = opened(Reference(), GAP)
    assert pager.requests == 1
    assert len(pager.bars) == 300


def test_from_and_to_only_are_two_requests_on_dense_data() -> None:
    assert opened(broken.NoCountback(), DENSE).requests <= 2


def test_next_time_in_seconds_leads_through_sparse_data_in_dozens_of_requests() -> None:
    pager = opened(broken.NoCountback(), SPARSE)
    assert 10 < pager.requests <= MOST_REQUESTS
    assert pager.is_storm
    assert pager.missing(truth(SPARSE)) == []


@pytest.mark.parametrize("kind", [broken.NextTimeInMs, broken.EmptyOkStorm])
def test_milliseconds_and_empty_answers_are_asked_window_by_window(kind: type[Reference]) -> None:
    pager = opened(kind(), SPARSE)
    assert pager.requests == MOST_REQUESTS
    assert len(pager.bars) < 300


def test_no_data_without_next_time_leaves_the_chart_empty_for_good() -> None:
    late = Traded(SPARSE.moments[SPARSE.moments < NOW - DAY])
    pager = opened(broken.NoNextTime(), late)
    assert (pager.requests, pager.bars, pager.has_ended) == (1, [], True)


def test_fifty_empty_answers_are_taken_for_the_end() -> None:
    pager = opened(broken.EmptyOk(), YOUNG)
    assert (pager.requests, pager.has_ended) == (51, True)


def test_no_data_is_the_end_of_history() -> None:
    pager = opened(Reference(), YOUNG)
    assert (pager.requests, pager.has_ended) == (2, True)
    assert [bar.t for bar in pager.bars] == truth(YOUNG)


@pytest.mark.parametrize("kind", [broken.CapNewest, broken.CapOldest])
def test_a_cap_leaves_holes_that_are_never_filled(kind: type[Reference]) -> None:
    pager = opened(kind(), DENSE)
    assert len(pager.bars) == 300
    assert len(pager.missing(truth(DENSE))) >= 200


def test_a_server_that_ignores_to_is_asked_for_ever() -> None:
    pager = opened(broken.IgnoresTo(), DENSE)
    pager.scroll(1_000)
    turn(broken.IgnoresTo(), pager, DENSE)
    assert pager.requests == MOST_REQUESTS + 1
    assert not pager.has_ended
    assert pager.dropped == MOST_REQUESTS
    assert len(pager.bars) == 300


def test_a_bar_at_to_is_replaced() -> None:
    pager = opened(broken.InclusiveTo(), DENSE)
    pager.scroll(1_000)
    turn(broken.InclusiveTo(), pager, DENSE)
    assert pager.missing(truth(DENSE)) == []
    assert (pager.doubles, pager.dropped) == (1, 0)


@pytest.mark.parametrize(("kind", "is_lossy"), [(broken.StrictCountback, True), (Reference, False)])
def test_strict_countback_loses_what_lies_outside_of_the_session(
    kind: type[Reference], is_lossy: bool
) -> None:
    around = Traded(DENSE.moments, "0930-1600", "America/New_York")
    pager = opened(kind(), around)
    for wanted in (600, 900, 1_200, 1_500):
        pager.scroll(wanted)
        turn(kind(), pager, around)
    assert bool(pager.missing(truth(around))) is is_lossy


def test_an_error_ends_the_chart() -> None:
    pager = Pager(Calendar(), MINUTE, NOW)
    pager.take(History("error", message="busy"))
    assert (pager.error, pager.request) == ("busy", None)
    pager.take(History("ok", (Bar(NOW, 1, 1, 1, 1, 1),)))
    assert (pager.requests, pager.bars) == (1, [])


@pytest.mark.parametrize("spelling", ["1", "1D", "1W", "1M"])
@pytest.mark.parametrize("name", sorted(MARKETS))
def test_the_union_rule_loses_nothing_and_doubles_nothing(name: str, spelling: str) -> None:
    server, market = Reference(), MARKETS[name]
    pager = opened(server, market, spelling)
    assert pager.requests <= 2
    pager.scroll(3_000)
    turn(server, pager, market)
    assert pager.requests <= 3
    pager.scroll(100_000)
    turn(server, pager, market)
    assert (pager.has_ended, pager.doubles) == (True, 0)
    assert [bar.t for bar in pager.bars] == truth(market, spelling)
