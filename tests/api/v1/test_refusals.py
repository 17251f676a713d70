from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chandlery.api.cursors import cursor_of
from chandlery.api.v1 import candles, symbols, trades
from chandlery.core.errors import QueryBudgetError, StoreError, StoreUnavailableError
from tests.api.v1.house import House

BARS = "candles?symbol=BINANCE:BTCUSDT&interval=1m"
BAD = "bad_parameter"
QUESTION = candles.Question("BINANCE:BTCUSDT", "1m", None, None, "none", "0")


@pytest.mark.parametrize(
    ("path", "status", "code", "error", "hint"),
    [
        ("nothing", 404, "not_found", "there is nothing at /api/v1/nothing", "/docs lists"),
        ("candles?symbol=X:Y&interval=1m", 404, "unknown_symbol", "no market 'X:Y' here", ""),
        ("symbols/X:Y", 404, "unknown_symbol", "no market 'X:Y' here", "markets"),
        ("intervals?symbol=X:Y", 404, "unknown_symbol", "no market 'X:Y' here", ""),
        ("trades?symbol=X:Y", 404, "unknown_symbol", "no market 'X:Y' here", ""),
        ("gaps?symbol=X:Y", 404, "unknown_symbol", "no market 'X:Y' here", ""),
        ("ticker?symbols=X:Y", 404, "unknown_symbol", "no market 'X:Y' here", ""),
        ("candles?symbol=BINANCE:BTCUSD&interval=1m", 404, "unknown_symbol", "no", "did you mean"),
        ("candles?symbol=A:B&interval=7q", 400, "unknown_interval", "unknown resolution '7q'", ""),
        ("candles?symbol=A:B", 400, BAD, "the parameter interval expected", "add interval=1m"),
        ("candles?interval=1m", 400, BAD, "the parameter symbol expected", "add symbol="),
        ("candles?symbol=%00&interval=1m", 400, BAD, "symbol without control characters", ""),
        ("candles?symbol=%C2%85&interval=1m", 400, BAD, "control characters", ""),
        ("candles?symbol=%FF&interval=1m", 400, BAD, "parameters in UTF-8 expected", ""),
        ("candles?symbol=&interval=1m", 400, BAD, "a value expected for symbol", "leave"),
        ("candles?symbol&interval=1m", 400, BAD, "a value expected for symbol", "leave"),
        ("candles?symbol=a%20b&interval=1m", 400, BAD, "a symbol of 1 to 128 characters", ""),
        (f"{BARS}&limits=3", 400, BAD, "unknown parameter 'limits'", "did you mean limit?"),
        (f"{BARS}&zzzzzz=3", 400, BAD, "unknown parameter 'zzzzzz'", "known here: symbol"),
        (f"{BARS}&limit=1&limit=2", 400, BAD, "limit once expected", ""),
        (f"{BARS}&limit=many", 400, BAD, "a limit from 1 to 50000 expected, found 'many'", ""),
        (f"{BARS}&limit=0", 400, BAD, "a limit from 1 to 50000 expected, found '0'", ""),
        (f"{BARS}&limit=50001", 400, BAD, "a limit from 1 to 50000", ""),
        (f"{BARS}&limit=1e3", 400, BAD, "a limit from 1 to 50000", ""),
        (f"{BARS}&limit=%D9%A3", 400, BAD, "a limit from 1 to 50000", ""),
        (f"{BARS}&start=noon", 400, BAD, "start: a time such as", ""),
        (f"{BARS}&end=1735689600000", 400, BAD, "end: a time in seconds", "milliseconds"),
        (f"{BARS}&start=9&end=3", 400, BAD, "start before end expected", "swap them"),
        (f"{BARS}&fill=zero", 400, BAD, "none or flat expected for fill, found 'zero'", ""),
        (f"{BARS}&adaptive=yes", 400, BAD, "0 or 1 expected for adaptive", ""),
        (f"{BARS}&adaptive=1", 400, BAD, "start expected with adaptive=1", "add start"),
        (f"{BARS}&format=xml", 400, BAD, "json or csv or arrow", ""),
        (f"{BARS}&{'&'.join('a=1' for _ in range(70))}", 400, BAD, "at most 64 parameters", ""),
        (f"{BARS}&cursor={'a' * 9_000}", 400, BAD, "a query of at most 8,192 bytes", ""),
        ("symbols?limit=1001", 400, BAD, "a limit from 1 to 1000", ""),
        ("symbols?query=%1b[2J", 400, BAD, "query without control characters", ""),
        (f"symbols?query={'a' * 600}", 400, BAD, "query of at most 512 characters", ""),
        ("symbols/BINANCE:BTCUSDT?x=1", 400, BAD, "unknown parameter 'x'", "there is none"),
        ("jobs?x=1", 400, BAD, "unknown parameter 'x'", "there is none"),
        ("trades?symbol=BINANCE:BTCUSDT&limit=10001", 400, BAD, "a limit from 1 to 10000", ""),
        ("trades?symbol=BINANCE:BTCUSDT&start=9&end=3", 400, BAD, "start before end", "swap"),
        ("ticker", 400, BAD, "the parameter symbols expected", "add symbols="),
        ("ticker?symbols=A:B,,C:D", 400, BAD, "a symbol of 1 to 128", ""),
        (
            f"ticker?symbols={','.join(f'A{n}' for n in range(51))}",
            400,
            BAD,
            "at most 50",
            "second",
        ),
        ("indicators/smma?symbol=A:B&interval=1m", 404, "unknown_indicator", "unknown", "there is"),
        (
            "indicators/sma?symbol=BINANCE:BTCUSDT&interval=1m&periood=3",
            400,
            BAD,
            "unknown parameter 'periood'",
            "did you mean period?",
        ),
        (
            "indicators/sma?symbol=BINANCE:BTCUSDT&interval=1m&period=0",
            400,
            BAD,
            "a whole number from 1 to 1000 expected for period, found '0'",
            "",
        ),
        (
            "indicators/macd?symbol=BINANCE:BTCUSDT&interval=1m&fast=30&slow=3",
            400,
            BAD,
            "fast is less than slow",
            "",
        ),
    ],
)
async def test_what_cannot_be_answered_is_told(  # noqa: PLR0913 - a row of the table
    path: str, status: int, code: str, error: str, hint: str, home: House
) -> None:
    answer = await home.get(path)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert list(body) == ["error", "hint", "code"]
    assert error in body["error"]
    assert hint in body["hint"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "question", "place"),
    [
        ("symbols", symbols.Wanted("", "", ""), (1 << 63, "A")),
        ("symbols", symbols.Wanted("", "", ""), (-1, "A")),
        ("trades?symbol=A:B", trades.Question("A:B", None, None), (1 << 62, 0, 0)),
        ("trades?symbol=A:B", trades.Question("A:B", None, None), (-5, 0, 0)),
        ("trades?symbol=A:B", trades.Question("A:B", None, None), (5, 1 << 63, 0)),
        (BARS, QUESTION, (1 << 62, "1m")),
        (BARS, QUESTION, (-(1 << 62), "1m")),
        (BARS, QUESTION, (5, "7q")),
        (BARS, QUESTION, (5, 5)),
    ],
)
async def test_a_forged_cursor_leads_nowhere(
    path: str, question: object, place: object, home: House
) -> None:
    home.server.engine.registry.add_symbol("A:B")
    joined = "&" if "?" in path else "?"
    answer = await home.get(f"{path}{joined}cursor={cursor_of(question, place)}")
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("place", [(2, "NO:SUCH"), (99, "NO:SUCH"), (99, "KRAKEN:BTC/EUR")])
async def test_a_cursor_behind_a_market_that_has_moved_goes_on_somewhere(
    place: tuple[int, str], home: House
) -> None:
    cursor = cursor_of(symbols.Wanted("", "", ""), place)
    answer = await home.get(f"symbols?limit=1&cursor={cursor}")
    assert answer.status_code == 200
    assert len(answer.json()) == (0 if place == (99, "NO:SUCH") else 1)


async def test_a_lost_plus_of_a_time_zone_is_found_again(home: House) -> None:
    answer = await home.get(f"{BARS}&start=2024-01-01T02:00:00+02:00")
    assert answer.status_code == 200
    assert len(answer.json()) == 8


async def test_a_wrong_method_is_told_which_are_right(home: House) -> None:
    answer = await home.client.post("/api/v1/candles")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert "GET" in answer.headers["allow"]
    assert "HEAD" in answer.json()["hint"]


def failing(error: Exception) -> Callable[[Callable[[], Any]], Any]:
    async def ask(work: Callable[[], Any]) -> None:
        raise error

    return ask


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (QueryBudgetError("too slow"), 503, "timeout"),
        (StoreUnavailableError("disk is full"), 503, "unavailable"),
        (StoreError("broken"), 500, "internal"),
        (RuntimeError("a bug"), 500, "internal"),
    ],
)
async def test_faults_of_the_store_are_told_apart(
    error: Exception, status: int, code: str, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home.server, "ask", failing(error))
    answer = await home.get("jobs")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)
    assert "bug" not in answer.text


async def test_too_many_questions_are_refused(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chandlery.engine.server.MOST_QUESTIONS", 0)
    answer = await home.get("symbols")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.json()["hint"] == "ask again in a second"
