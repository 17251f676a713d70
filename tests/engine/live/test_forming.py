"""The bar in the making is written without columns, and reads as if it had been with them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.resolution import Resolution
from chandlery.engine.live.forming import Forming
from chandlery.engine.live.series import Series
from chandlery.formats.bars_json import ROW_FORMS, bars_json

numbers = st.floats(allow_infinity=False) | st.sampled_from([0.0, -0.0, 1e-18, 64_000.0, 1e21])
MINUTE = Resolution.parse("1m")
whole = st.integers(0, 1 << 53)


@given(st.lists(numbers, min_size=7, max_size=7), whole, whole)
def test_its_text_is_that_of_its_columns(row: list[float], t: int, n: int) -> None:
    o, h, low, c, v, q, bv = row
    forming = Forming(1, t, o, h, low, c, v, q, n, bv)
    expected = bars_json(forming.candles(), "rows")
    assert f"[{ROW_FORMS['rows'].one(forming.bar())}]".encode() == expected
    series = Series(1, MINUTE, forming=forming, sequence=5, since_sequence=2)
    assert series.last_alone_since(4) == (t, expected[1:-1])


def test_it_is_all_that_changed_only_while_that_is_known() -> None:
    series = Series(
        1,
        MINUTE,
        forming=Forming(1, 60, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1, 1.0),
        sequence=5,
        since_sequence=2,
    )
    known = [sequence for sequence in range(8) if series.last_alone_since(sequence) is not None]
    assert known == [2, 3, 4]
    series.body.append(series.last, 4)
    known = [sequence for sequence in range(8) if series.last_alone_since(sequence) is not None]
    assert known == [4]
