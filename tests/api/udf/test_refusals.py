"""Whatever a client sends, it gets a body with an error, HTTP status 200 and no inside of ours."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.api.udf.house import NOON, NOW, Asker

GOOD = {"symbol": "BTCUSDT", "resolution": "1", "from": str(NOON), "to": str(NOW)}


def url(endpoint: str, **changes: str | None) -> str:
    values = {**GOOD, **changes}
    query = "&".join(f"{name}={value}" for name, value in values.items() if value is not None)
    return f"/api/tradingview/{endpoint}?{query}"


@pytest.mark.parametrize("endpoint", ["history", "marks", "timescale_marks"])
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"symbol": None}, "the parameter symbol expected, found nothing"),
        ({"symbol": ""}, "the parameter symbol expected, found an empty one"),
        ({"symbol": "%20"}, "the parameter symbol expected, found an empty one"),
        ({"symbol": "NOPE"}, "unknown_symbol"),
        ({"symbol": "..%2F..%2Fetc%2Fpasswd"}, "unknown_symbol"),
        ({"symbol": "'%3B%20DROP%20TABLE%20trades%3B--"}, "unknown_symbol"),
        ({"symbol": "%F0%9F%95%AF"}, "unknown_symbol"),
        ({"symbol": "A" * 300}, "symbol of at most 256 characters expected, found 300"),
        ({"symbol": "A%00B"}, "symbol without control characters expected, found 'A\\\\x00B'"),
        ({"symbol": "%FF%FE"}, "parameters in UTF-8 expected, found bytes that are none"),
        ({"symbol": "A&symbol=B"}, "symbol once expected, found 2 times"),
        ({"resolution": None}, "the parameter resolution expected, found nothing"),
        (
            {"resolution": "7q"},
            "unknown resolution '7q' (expected such as 1s, 1m, 1h, 1d, 1w, 1M, or 1S, 60, 1D)",
        ),
        (
            {"resolution": "0"},
            "unknown resolution '0' (expected such as 1s, 1m, 1h, 1d, 1w, 1M, or 1S, 60, 1D)",
        ),
        ({"from": None}, "the parameter from expected, found nothing"),
        ({"from": ""}, "the parameter from expected, found an empty one"),
        ({"from": "soon"}, "seconds since 1970 expected for from, found 'soon'"),
        ({"from": "1e400"}, "seconds since 1970 expected for from, found '1e400'"),
        ({"from": "NaN"}, "seconds since 1970 expected for from, found 'NaN'"),
        ({"from": "0x10"}, "seconds since 1970 expected for from, found '0x10'"),
        ({"to": None}, "the parameter to expected, found nothing"),
        ({"to": "9e15"}, "seconds since 1970 expected for to, found '9e15'"),
        (
            {"to": "9000000000000000"},
            "seconds since 1970 expected for to, found '9000000000000000'",
        ),
        (
            {"to": "1720612800000"},
            "seconds since 1970 expected for to, found '1720612800000': "
            "it looks like milliseconds: leave the last 3 digits out",
        ),
        ({"to": "%D9%A1"}, "seconds since 1970 expected for to, found '\u0661'"),
        ({"to": "1&to=2"}, "to once expected, found 2 times"),
        ({"x": "&".join("ab" * 40)}, "at most 64 parameters expected, found more"),
    ],
)
async def test_a_wrong_parameter_of_bars_and_marks(
    endpoint: str, changes: dict[str, str | None], told: str, ask: Asker
) -> None:
    assert await ask.text(url(endpoint, **changes)) == f'{{"s":"error","errmsg":"{told}"}}'


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (url("history", countback="many"), "a whole number expected for countback, found 'many'"),
        (url("history", countback="1.5"), "a whole number expected for countback, found '1.5'"),
        (url("history", countback="1e400"), "a whole number expected for countback, found '1e400'"),
        ("/api/tradingview/symbols", "the parameter symbol expected, found nothing"),
        (
            "/api/tradingview/symbols?symbol=%80",
            "parameters in UTF-8 expected, found bytes that are none",
        ),
        (
            "/api/tradingview/symbol_info?group=%0A",
            "group without control characters expected, found '\\\\n'",
        ),
        ("/api/tradingview/search?limit=few", "a whole number expected for limit, found 'few'"),
        ("/api/tradingview/search?limit=0", "a limit of at least 1 expected, found 0"),
        ("/api/tradingview/search?limit=-30", "a limit of at least 1 expected, found -30"),
        ("/api/tradingview/search?query=a&query=b", "query once expected, found 2 times"),
        ("/api/tradingview/quotes", "the parameter symbols expected, found nothing"),
        ("/api/tradingview/quotes?symbols=,", "1 to 200 symbols expected, found 0"),
        ("/api/tradingview/quotes?symbols=" + "A," * 201, "1 to 200 symbols expected, found 201"),
    ],
)
async def test_a_wrong_parameter_elsewhere(path: str, told: str, ask: Asker) -> None:
    assert await ask.text(path) == f'{{"s":"error","errmsg":"{told}"}}'


async def test_more_bars_than_an_answer_may_hold_are_refused_and_not_cut(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chandlery.engine.live.reading.MOST_BARS", 3)
    monkeypatch.setattr("chandlery.engine.live.window.MOST_BARS", 3)
    body = await ask.json(url("history", **{"from": "0"}))
    assert body["s"] == "error"
    assert body["errmsg"].startswith("more than 3 bars lie in the range")


WORDS = [
    "",
    "0",
    "-1",
    "1e999",
    "9" * 40,
    "null",
    "\x00",
    "\n",
    "\u2028",
    "'",
    '"',
    "%",
    "../",
    "{}",
]


@pytest.mark.parametrize("endpoint", ["history", "symbols", "search", "marks", "quotes", "config"])
@pytest.mark.parametrize("word", WORDS)
async def test_no_word_breaks_anything(endpoint: str, word: str, ask: Asker) -> None:
    for name in (*GOOD, "countback", "query", "limit", "symbols", "exchange", quote(word)):
        body = await ask.json(url(endpoint, **{name: quote(word)}))
        assert "internal" not in str(body)
    assert (await ask.json(f"/api/tradingview/{endpoint}?{quote(word)}&=&&=1")) is not None


FAR = 253_402_300_799
"""The last second of the year 9999."""


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ACME", "EMPTYUSDT"])
@pytest.mark.parametrize("resolution", ["1S", "1", "7", "720", "1D", "3D", "1W", "1M", "12M"])
async def test_the_ends_of_time_are_answered(symbol: str, resolution: str, ask: Asker) -> None:
    for start, end in ((-FAR, FAR), (FAR - 1, FAR), (-FAR, 1 - FAR), (FAR, -FAR)):
        span = {"from": str(start), "to": str(end), "symbol": symbol, "resolution": resolution}
        for countback in (None, "1", "999999999999"):
            body = await ask.json(url("history", countback=countback, **span))
            assert body["s"] in ("ok", "no_data")
        assert await ask.json(url("marks", **span)) == []
        lightweight = f"/api/lightweight/ohlcv?symbol={symbol}&timeframe={resolution}"
        for wish in ("whitespace=true", "fill=flat", "fill=flat&whitespace=true&limit=50000"):
            found = await ask.json(f"{lightweight}&from={start}&to={end}&{wish}")
            times = [item["time"] for item in found]
            assert times == sorted(set(times))
