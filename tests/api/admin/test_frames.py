"""Frames: rows arrive exactly as they were, in whatever parts, and never only a part of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.admin.frames import Ended, Failed, Frame, batch_of, columns_of, read, written
from chandlery.core.candles import Candles
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.core.trades import Trades
from chandlery.engine.chores import Progress, Rolled, Said, Verified
from tests.engine.builders import assert_same, candles
from tests.strategies import trades as any_trades

FRAMES: list[Frame] = [
    Progress(3, 7),
    Rolled("1m", 1_440),
    Said("checkpoint done"),
    Verified(True, 1, 2, 3, 0, ["a"]),
]


def stream(*frames: Frame) -> bytes:
    return b"".join(map(written, frames))


@given(batch=any_trades(max_size=40), size=st.integers(1, 200))
def test_rows_arrive_as_they_were_in_parts_of_any_size(batch: Trades, size: int) -> None:
    sent = stream(columns_of(batch), columns_of(batch.sorted()), Ended())
    parts = [sent[row : row + size] for row in range(0, len(sent), size)]
    first, second = (batch_of(Trades, frame) for frame in read(parts))
    assert_same(first, batch)
    assert_same(second, batch.sorted())


def test_candles_keep_what_is_not_shown() -> None:
    bars = candles([60, 120], market=7, given=True)
    bars.q[:] = float("nan")
    (frame,) = read([stream(columns_of(bars), Ended())])
    assert_same(batch_of(Candles, frame), bars)
    assert_same(batch_of(Candles, columns_of(Candles.empty())), Candles.empty())


def test_reports_arrive_in_order() -> None:
    assert list(read([stream(*FRAMES, Ended(), Said("never"))])) == FRAMES


@pytest.mark.parametrize("missing", [1, 5, 20])
def test_a_stream_that_breaks_off_is_not_taken_for_a_whole_one(missing: int) -> None:
    sent = stream(*FRAMES, Ended())
    with pytest.raises(ChandleryError, match="broke off"):
        list(read([sent[:-missing]]))


@pytest.mark.parametrize(("is_usage", "kind"), [(True, UsageError), (False, ChandleryError)])
def test_a_failure_is_told_after_what_came_before_it(
    is_usage: bool, kind: type[ChandleryError]
) -> None:
    frames = read([stream(FRAMES[0], Failed("the disk is full", "free some", is_usage))])
    assert next(frames) == FRAMES[0]
    with pytest.raises(ChandleryError, match="the disk is full") as caught:
        next(frames)
    assert type(caught.value) is kind
    assert caught.value.hint == "free some"


def test_rows_are_no_report() -> None:
    with pytest.raises(ChandleryError, match="rows expected, found Said"):
        batch_of(Trades, Said("x"))
