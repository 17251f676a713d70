"""A picture of what was collected: bounded, and no gap is ever too short for it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.delivery import GapState
from chandlery.core.intervals import clip, subtract, union
from chandlery.engine.gaps import Gap
from chandlery.engine.timeline import MOST_CELLS, Stretch, _cell, drawn

STATES: tuple[GapState, ...] = ("open", "filling", "lost")
pairs = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 60)).map(lambda p: (p[0], p[0] + p[1]))
)


@given(pairs, pairs, st.integers(0, 300), st.integers(1, 300), st.integers(1, 90), st.data())
def test_every_gap_is_shown_and_nothing_that_nobody_followed(  # noqa: PLR0913 - one argument a strategy
    gaps: list[tuple[int, int]],
    seen: list[tuple[int, int]],
    start: int,
    length: int,
    cell: int,
    data: st.DataObject,
) -> None:
    missed = [Gap(*pair, data.draw(st.sampled_from(STATES)), "why") for pair in union(gaps)]
    covered = subtract(seen, gaps)
    end = start + length
    found = drawn(covered, missed, (start, end), cell)
    assert len(found) <= -(-length // cell)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(start <= each.start < each.end <= end for each in found)
    gone = union((s.start, s.end) for s in found if s.state != "covered")
    for gap in missed:
        assert subtract(clip([(gap.start, gap.end)], start, end), gone) == []
    known = clip([*covered, *gaps], start - cell, end + cell)
    for each in found:
        assert clip(known, each.start, each.end)
    if cell == 1:
        assert [(s.start, s.end) for s in found if s.state == "covered"] == clip(
            covered, start, end
        )


def test_of_several_in_one_place_the_worst_is_told() -> None:
    missed = [Gap(1, 2, "lost", "gone"), Gap(3, 4, "open", "cut"), Gap(5, 6, "filling", "asked")]
    assert drawn([(0, 20)], missed, (0, 20), 10) == [
        Stretch(0, 10, "open", "cut"),
        Stretch(10, 20, "covered"),
    ]


def test_however_fine_it_is_asked_for_there_are_not_too_many() -> None:
    assert -(-10_000_000 // _cell(10_000_000, 1)) <= MOST_CELLS
    assert _cell(10_000, None) == 10
    assert _cell(10_000, 600) == 600
    assert _cell(0, None) == 1
