"""`chandlery doctor` against servers on a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner, Result
from typing_extensions import override

from chandlery.cli import chandlery
from tests.doctor import broken
from tests.doctor.reference import Reference

QUICK = ("--symbol", "X:YOUNG", "--resolution", "1", "--resolution", "1d")


@contextmanager
def served(server: Reference, place: str = "") -> Iterator[str]:
    """Serve on a socket, and give the address of the root."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = 404, b"nothing"
            if self.path.startswith(place):
                params = dict(parse_qsl(parts.query, keep_blank_values=True))
                path = self.path.partition("?")[0].removeprefix(place)
                status, body = server.answer(path.replace("//", "/"), params)
            self.send_response(status)
            for name, value in server.headers().items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
            thread.join()


def doctor(*args: str) -> Result:
    return CliRunner().invoke(chandlery, ["doctor", *args])


def test_a_healthy_server_is_found_and_examined() -> None:
    with served(Reference(), "/api/tradingview") as url:
        done = doctor(url, *QUICK)
        assert done.exit_code == 0, done.stderr
        # The reference stands still at a moment of the past.
        assert "warning time-skew server: the server's time is" in done.stdout
        last = done.stdout.splitlines()[-1]
        assert last.startswith(f"{url}/api/tradingview: 0 errors, 1 warning, 0 notes (")
        assert "of 2 series" in last


def test_a_warning_fails_if_that_is_wished() -> None:
    with served(Reference()) as url:
        assert doctor(url, *QUICK, "--strict").exit_code == 1


def test_an_error_fails_and_is_explained() -> None:
    with served(broken.EmptyOk()) as url:
        done = doctor(url, *QUICK)
    assert done.exit_code == 1
    assert 'error empty-ok X:YOUNG 1: "s" is "ok", and there are no bars' in done.stdout
    for part in ("asked GET /history?symbol=X%3AYOUNG", 'told  200 {"s":"ok","t":[]', "why", "do"):
        assert f"\n  {part}" in done.stdout


def test_the_report_can_be_read_by_machines() -> None:
    with served(broken.KeyS()) as url:
        done = doctor(url, *QUICK, "--json")
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (report["url"], report["series"]) == (url, ["X:YOUNG 1", "X:YOUNG 1D"])
    found = {finding["check"]: finding for finding in report["findings"]}
    assert found["symbol-s-key"]["severity"] == "error"
    assert found["symbol-s-key"]["request"] == "GET /symbols?symbol=X%3AYOUNG"


def test_spent_requests_are_told() -> None:
    with served(Reference()) as url:
        done = doctor(url, "--requests", "20")
    assert "Not finished: 20 requests were made; --requests allows more." in done.stdout


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("http://127.0.0.1:1", 1, "error: no answer from http://127.0.0.1:1"),
        ("ftp://127.0.0.1", 2, "error: an address such as"),
    ],
)
def test_an_address_where_nobody_is(url: str, code: int, told: str) -> None:
    done = doctor(url)
    assert done.exit_code == code
    assert done.stderr.startswith(told)
    assert "\nhint: " in done.stderr or code == 2
