"""Gaps and coverage against a plain record of seconds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.delivery import Coverage, Gap
from chandlery.core.seen import Key, Seen, changed

END = 60
pairs = st.tuples(st.integers(0, END - 1), st.integers(1, 15)).map(
    lambda pair: (pair[0], min(END, pair[0] + pair[1]))
)
steps = st.lists(st.tuples(st.booleans(), pairs), max_size=20)


@given(steps)
def test_each_second_is_what_was_said_of_it_last(said: list[tuple[bool, tuple[int, int]]]) -> None:
    known: dict[Key, Seen] = {}
    seconds: dict[int, bool] = {}
    for is_gap, (start, end) in said:
        gaps = [Gap(0, "trades", start, end, "x")] if is_gap else []
        coverage = [] if is_gap else [Coverage(0, "trades", start, end)]
        known |= changed(known, gaps, coverage)
        seconds |= dict.fromkeys(range(start, end), not is_gap)
    found = known.get((0, "trades"), Seen())
    covered = {s for start, end in found.intervals for s in range(start, end)}
    missing = {s for gap in found.gaps for s in range(gap.start, gap.end or END)}
    assert covered == {second for second, is_seen in seconds.items() if is_seen}
    assert missing == {second for second, is_seen in seconds.items() if not is_seen}
    assert sorted(found.intervals) == list(found.intervals)
    assert sum(len(range(gap.start, gap.end or END)) for gap in found.gaps) == len(missing)


@given(st.integers(0, 50), pairs)
def test_one_without_an_end_ends_where_something_is_seen(start: int, seen: tuple[int, int]) -> None:
    known = changed({}, [Gap(0, "trades", start, None, "x")], [])
    known |= changed(known, [], [Coverage(0, "trades", *seen)])
    [*gaps] = known[0, "trades"].gaps
    if seen[1] <= start:
        assert [gap.end for gap in gaps] == [None]
    elif seen[0] <= start:
        assert gaps == []
    else:
        assert [(gap.start, gap.end) for gap in gaps] == [(start, seen[0])]
