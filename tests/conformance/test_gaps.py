"""Every store keeps what was seen and what was not in step, also over a restart."""

from __future__ import annotations

from chandlery.core.delivery import Coverage, Gap
from chandlery.stores import Change
from tests.conformance.homes import Home

KIND = "trades"


def seen(*pairs: tuple[int, int], market: int = 0, kind: str = KIND) -> Change:
    return Change(coverage=[Coverage(market, kind, start, end) for start, end in pairs])


def missed(start: int, end: int | None, reason: str = "cut", market: int = 0) -> Change:
    return Change(gaps=[Gap(market, KIND, start, end, reason)])


def test_a_gap_takes_what_it_spans_out_of_the_coverage(home: Home) -> None:
    home.store.write(seen((0, 100)))
    home.store.write(missed(40, 60))
    assert home.store.coverage(0, KIND) == [(0, 40), (60, 100)]
    assert home.store.gaps() == [Gap(0, KIND, 40, 60, "cut")]
    assert home.restart().gaps() == [Gap(0, KIND, 40, 60, "cut")]
    assert home.store.coverage(0, KIND) == [(0, 40), (60, 100)]


def test_what_is_covered_closes_gaps_whole_or_in_part(home: Home) -> None:
    home.store.write(missed(40, 60))
    home.store.write(seen((45, 50)))
    assert [(gap.start, gap.end) for gap in home.store.gaps()] == [(40, 45), (50, 60)]
    home.store.write(seen((30, 60)))
    assert home.store.gaps() == []
    assert home.restart().gaps() == []


def test_a_gap_without_an_end_has_it_where_something_is_seen_again(home: Home) -> None:
    home.store.write(seen((0, 40)))
    home.store.write(missed(40, None))
    assert home.restart().gaps() == [Gap(0, KIND, 40, None, "cut")]
    home.store.write(seen((70, 80)))
    assert home.store.gaps() == [Gap(0, KIND, 40, 70, "cut")]
    home.store.write(seen((40, 70)))
    assert home.store.gaps() == []


def test_of_one_change_gaps_count_before_the_coverage(home: Home) -> None:
    change = Change(gaps=missed(10, 30).gaps, coverage=seen((0, 20)).coverage)
    home.store.write(change)
    assert home.store.gaps() == [Gap(0, KIND, 20, 30, "cut")]
    assert home.store.coverage(0, KIND) == [(0, 20)]


def test_a_gap_replaces_what_was_told_of_its_stretch(home: Home) -> None:
    home.store.write(missed(10, 50))
    home.store.write(Change(gaps=[Gap(0, KIND, 20, 30, "gone", "lost")]))
    found = [(gap.start, gap.end, gap.state) for gap in home.restart().gaps()]
    assert found == [(10, 20, "open"), (20, 30, "lost"), (30, 50, "open")]


def test_markets_and_kinds_do_not_touch_one_another(home: Home) -> None:
    home.store.write(missed(10, 50))
    home.store.write(missed(10, 50, market=1))
    home.store.write(Change(coverage=seen((0, 60), kind="bars").coverage))
    home.store.write(seen((0, 60), market=1))
    assert home.restart().gaps() == [Gap(0, KIND, 10, 50, "cut")]
    assert home.store.coverage(0, "bars") == [(0, 60)]


def test_a_gap_over_all_that_was_seen_leaves_nothing(home: Home) -> None:
    home.store.write(seen((10, 20)))
    home.store.write(missed(0, None))
    assert home.store.coverage(0, KIND) == []
    assert home.restart().coverage(0, KIND) == []


def test_a_closing_gap_ends_one_that_went_on(home: Home) -> None:
    home.store.write(missed(40, None))
    closing = Gap(0, KIND, 40, 60, "not followed any more", is_closing=True)
    home.store.write(Change(gaps=[closing]))
    told = [Gap(0, KIND, 40, 60, "not followed any more")]
    assert home.store.gaps() == told
    assert home.restart().gaps() == told


def test_a_closing_gap_leaves_what_begins_after_it(home: Home) -> None:
    home.store.write(missed(80, None))
    home.store.write(Change(gaps=[Gap(0, KIND, 40, 60, "over", is_closing=True)]))
    assert [(gap.start, gap.end) for gap in home.restart().gaps()] == [(40, 60), (80, None)]


def test_the_gaps_of_one_market_are_those_of_all_that_are_its_own(home: Home) -> None:
    for market in (2, 0, 1):
        home.store.write(missed(40 + market, 60, market=market))
    assert home.store.gaps(1) == [Gap(1, KIND, 41, 60, "cut")]
    assert home.store.gaps(7) == []
    assert [gap.market for gap in home.store.gaps()] == [0, 1, 2]
