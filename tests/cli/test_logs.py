"""Logs: lines that machines can read, with the request they belong to, and without secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
import structlog

from chandlery.api.operations import requests
from chandlery.api.operations.requests import Ended
from chandlery.cli import logs
from chandlery.cli.redaction import hidden
from chandlery.config import Log, Secret

CANARY = "canary0123456789canary0123456789"
KEY = "chd_0123456789ab_" + "c" * 64
Form = Literal["json", "console"]


class Written:
    """What was written to standard error so far."""

    def __init__(self, caught: pytest.CaptureFixture[str]) -> None:
        self._caught = caught
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._caught.readouterr().err
        return self._text

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """Catch what is logged, and leave the context as it was."""
    yield Written(capsys)
    structlog.contextvars.clear_contextvars()


def test_without_a_terminal_lines_are_json(written: Written) -> None:
    logs.set_up(Log())
    structlog.get_logger().info("hello", number=7)
    (line,) = written.lines
    assert (line["event"], line["number"], line["level"]) == ("hello", 7, "info")
    assert line["timestamp"].endswith("Z")


def test_what_a_request_causes_carries_its_id(written: Written) -> None:
    logs.set_up(Log())
    bound = requests.bind("abcdef0123456789")
    structlog.get_logger().info("inside")
    logging.getLogger("library").error("beside")
    requests.unbind(bound)
    structlog.get_logger().info("outside")
    found = written.lines
    assert [line.get("request_id") for line in found] == ["abcdef0123456789"] * 2 + [None]
    assert found[1]["logger"] == "library"


def test_a_request_is_told_at_debug_and_a_slow_one_always(written: Written) -> None:
    requests.tell_each(each=True)
    quick = Ended("GET", "/api/v1/candles", "/api/v1/candles", 200, 0.0123)
    slow = Ended("GET", "/history", "/history", 503, 1.5, who="feed")
    logs.set_up(Log())
    requests.log_request(quick)
    requests.log_request(slow)
    (line,) = written.lines
    assert (line["event"], line["level"], line["ms"]) == ("slow request", "warning", 1500.0)
    assert (line["who"], line["status"]) == ("feed", 503)
    logs.set_up(Log(level="debug"))
    requests.log_request(quick)
    assert written.lines[1]["event"] == "request"
    assert written.lines[1]["ms"] == 12.3
    assert "request_id" not in written.lines[1]
    requests.log_request(replace(quick, request_id="abcdef", path="/" + "x" * 1_000))
    assert written.lines[2]["request_id"] == "abcdef"
    assert len(written.lines[2]["path"]) == requests.LONGEST_PATH


def test_quick_requests_can_be_left_out_for_good(written: Written) -> None:
    logs.set_up(Log(level="debug"))
    requests.tell_each(each=False)
    try:
        requests.log_request(Ended("GET", "/a", "/a", 200, 0.5))
        requests.log_request(Ended("GET", "/b", "/b", 200, 1.5))
    finally:
        requests.tell_each(each=True)
    assert [line["path"] for line in written.lines] == ["/b"]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("level", ["debug", "error"])
def test_no_secret_is_in_any_line(
    form: Form, level: Literal["debug", "error"], written: Written
) -> None:
    logs.set_up(Log(format=form, level=level))
    log = structlog.get_logger()
    log.error("refused", key_of=f"the key {KEY}", authorization=f"Bearer {CANARY}", token=CANARY)
    log.error("settings", secret=Secret(CANARY), nested={"password": CANARY, "list": [KEY]})
    log.error("address", url=f"https://user:{CANARY}@host/?token={CANARY}&x=1")
    log.error("header", value=f"Authorization: Bearer {CANARY}", jwt=f"eyJ{CANARY}.{CANARY}.x")
    logging.getLogger("library").error("sent Bearer %s", CANARY)
    fail(log)
    text = written.text
    assert CANARY not in text
    assert "c" * 64 not in text
    assert "chd_0123456789ab_***" in text
    assert "a bug" in text


def fail(log: Any) -> None:
    """Log a traceback whose frames hold secrets."""
    password = CANARY
    try:
        message = f"a bug with Bearer {CANARY}"
        raise ValueError(message, len(password))
    except ValueError:
        log.exception("failed")


def test_what_is_no_secret_stays() -> None:
    kept = {"path": "/api/v1/candles", "ms": 1.5, "keys": [1, None, "a token of ours"], "token": ""}
    assert hidden(kept) == kept


@pytest.mark.parametrize("given", [b"abcdef0123456789", b"req-1234:5678.x_Y"])
def test_a_harmless_id_that_was_given_is_kept(given: bytes) -> None:
    assert requests.new_id(given) == given.decode()


@pytest.mark.parametrize(
    "given", [None, b"", b"short", b"x" * 65, b"abc\r\ninfo ok", "ü".encode() * 8]
)
def test_any_other_id_is_a_new_one(given: bytes | None) -> None:
    ids = {requests.new_id(given) for _ in range(100)}
    assert len(ids) == 100
    assert all(len(found) == 16 for found in ids)
