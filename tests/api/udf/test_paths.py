from __future__ import annotations

import pytest

from chandlery.api.app import create_app
from chandlery.api.udf import is_udf, normalised
from chandlery.engine.server import Server
from tests.api.udf.house import NOW, Asker, client_of


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("/", "/"),
        ("", "/"),
        ("//", "/"),
        ("//config", "/config"),
        ("/udf//history/", "/udf/history"),
        ("/api///tradingview//1.1///charts", "/api/tradingview/1.1/charts"),
        ("/udf/config", "/udf/config"),
    ],
)
def test_slashes_are_taken_together(path: str, clean: str) -> None:
    assert normalised(path) == clean


@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        ("/udf", True),
        ("/udf/anything", True),
        ("/api//tradingview", True),
        ("//config", True),
        ("/1.1/charts", True),
        ("/udfs", False),
        ("/api/v1/candles", False),
        ("/", False),
    ],
)
def test_a_path_is_told_by_its_prefix(path: str, is_ours: bool) -> None:
    assert is_udf(path) is is_ours


@pytest.mark.parametrize(
    "path", ["/api/tradingview/time", "/udf/time", "/udf//time", "//udf/time", "/udf/time/"]
)
async def test_both_prefixes_answer_with_any_slashes(path: str, ask: Asker) -> None:
    assert await ask.text(f"http://test{path}") == str(NOW)


@pytest.mark.parametrize(
    "path",
    [
        "/api/tradingview",
        "/udf/nothing",
        "/udf/history/nothing",
        "/udf/1.1/nothing",
        "/1.1/nothing",
        "//config",
        "/config",
        "/udf/%FF",
    ],
)
async def test_what_is_not_there_is_plain_text(path: str, ask: Asker) -> None:
    answer = await ask.client.get(f"http://test{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("there is no TradingView endpoint at /")


async def test_a_wrong_method_is_plain_text(ask: Asker) -> None:
    answer = await ask.client.post("/udf/config")
    assert (answer.status_code, answer.headers["content-type"][:10]) == (405, "text/plain")


async def test_elsewhere_errors_stay_json(ask: Asker) -> None:
    answer = await ask.client.get("/nothing")
    assert answer.json()["error"] == "there is nothing at /nothing"


async def test_the_whole_application_answers_so_too(server: Server) -> None:
    async with client_of(create_app(server)) as ask:
        for path in ("/api/tradingview/time", "/udf//time", "//udf/time"):
            assert await ask.text(f"http://test{path}") == str(NOW)
        assert (await ask.json("/1.1/charts?client=a&user=b"))["status"] == "ok"
        answer = await ask.client.get("http://test//config")
        assert answer.headers["content-type"].startswith("text/plain")
        assert await ask.json("/api/lightweight/ohlcv?symbol=EMPTYUSDT&timeframe=1m") == []
