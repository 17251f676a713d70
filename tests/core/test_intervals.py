from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.intervals import Pair, clip, subtract, union

pairs = st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 30)), max_size=8)


def moments(intervals: list[Pair]) -> set[int]:
    return {moment for start, end in intervals for moment in range(start, end)}


def is_normal(intervals: list[Pair]) -> bool:
    """Whether they are disjoint, ascending, apart and not empty."""
    edges = [edge for pair in intervals for edge in pair]
    return all(a < b for a, b in pairwise(edges))


@given(pairs)
def test_a_union_holds_the_same_moments_in_disjoint_ascending_intervals(some: list[Pair]) -> None:
    assert moments(union(some)) == moments(some)
    assert is_normal(union(some))


@given(pairs, pairs)
def test_a_union_does_not_depend_on_order_or_repeats(some: list[Pair], more: list[Pair]) -> None:
    assert union(some + more) == union([*union(more), *some, *some])


@given(pairs, pairs)
def test_subtracting_leaves_what_is_in_no_hole(some: list[Pair], holes: list[Pair]) -> None:
    left = subtract(some, holes)
    assert moments(left) == moments(some) - moments(holes)
    assert is_normal(left)


@given(pairs, st.integers(-5, 30), st.integers(-5, 30))
def test_clipping_keeps_what_is_inside(some: list[Pair], start: int, end: int) -> None:
    clipped = clip(union(some), start, end)
    assert moments(clipped) == moments(some) & set(range(start, end))
    assert is_normal(clipped)


def test_neighbours_become_one() -> None:
    assert union([(5, 7), (1, 3), (3, 5), (9, 9)]) == [(1, 7)]
