"""Whatever a server answers, the doctor comes to an end and says what it saw."""

from __future__ import annotations

import asyncio

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from chandlery.core.resolution import Resolution
from chandlery.doctor import Wish
from tests.doctor.reference import NEW_YORK, YOUNG, Reference, examined

MARKETS = {"X:YOUNG": YOUNG, "X:NY": NEW_YORK}
PATHS = ("/config", "/time", "/search", "/symbols", "/history", "/marks", "/quotes")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "²", "1Y", "24x7", "24x7;9", "\0", "-1", "ok", "no_data", 1e300, -1e300]),
    st.text(max_size=5),
)
JSON = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = ("s", "t", "o", "nextTime", "session", "timezone", "name", "ticker", "pricescale")
MORE = ("intraday_multipliers", "supported_resolutions", "has_intraday", "supports_group_request")


class Odd(Reference):
    """Has something else in one field of one kind of answer, or in place of all of it."""

    def __init__(self, path: str, field: str | None, value: object) -> None:
        super().__init__(MARKETS)
        self.path, self.field, self.value = path, field, value

    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        status, body = super().answer(path, params)
        if path != self.path:
            return status, body
        told = orjson.loads(body)
        if self.field is not None and isinstance(told, dict):
            kept = told.get(self.field)
            is_column = isinstance(kept, list) and kept and not isinstance(self.value, list)
            told[self.field] = [self.value, *(kept or [])[1:]] if is_column else self.value
            return status, orjson.dumps(told)
        return status, orjson.dumps(self.value)


@example(path="/history", field="t", value=1e300, resolution="1M")
@example(path="/history", field="t", value=-1e300, resolution="1D")
@example(path="/time", field=None, value=-1e300, resolution="1m")
@example(path="/symbols", field="intraday_multipliers", value=["²"], resolution="1m")
@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(PATHS),
    field=st.none() | st.sampled_from(FIELDS + MORE),
    value=JSON,
    resolution=st.sampled_from(["1m", "1D", "2W", "1M"]),
)
def test_no_answer_is_too_odd(path: str, field: str | None, value: object, resolution: str) -> None:
    wish = Wish(["X:YOUNG", "X:NY"], [Resolution.parse(resolution)])
    report = asyncio.run(examined(Odd(path, field, value), wish, requests=200))
    assert all(found.what for found in report.findings)
