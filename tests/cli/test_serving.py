"""The server as a process: it ends in order, and what it has acknowledged outlives any end."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.cli.command import line_of, run, started, trades_text

DATA = ("--data", "d")
TOML = '[demo]\nhistory = "1m"\nrate = 300\n'
TOLD_S = 20


@contextmanager
def serving(place: Path, *command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server, and give its process and address."""
    with started(*(command or ("serve",)), "--port", "0", *DATA, cwd=place) as process:
        found = None
        while found is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", line_of(process))
        yield process, found[0]


def admin_link(process: subprocess.Popen[str]) -> str:
    line = line_of(process)
    assert line.startswith("Admin link, shown this once: http://127.0.0.1:")
    return line.rpartition("#token=")[2].strip()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=TOLD_S)
    return process.returncode, out, err


def test_the_admin_link_is_told_once_and_works(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        token = admin_link(process)
        page = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
        with httpx.Client(base_url=url, headers=page) as browser:
            assert browser.get("/").status_code == 200
            assert browser.get("/api/v1/admin/keys").status_code == 401
            assert browser.post("/api/session", json={"token": token}).status_code == 200
            names = [key["name"] for key in browser.get("/api/v1/admin/keys").json()]
            assert names == ["first start", "command line"][: len(names)]
            browser.delete("/api/session")
            assert browser.get("/api/v1/admin/keys").status_code == 401
        process.kill()
        _, out, err = ended(process)
        assert token not in out + err
    # It was killed, and serves again at once.
    with serving(tmp_path) as (process, url):
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{url}/api/v1/admin/keys", headers=bearer).status_code == 200
        process.send_signal(signal.SIGTERM)
        code, out, err = ended(process)
        assert (code, out) == (0, "")
        assert token not in err
        # No word of a library that was torn down in the wrong order.
        assert [json.loads(line)["event"] for line in err.splitlines()] == ["stopping", "stopped"]


def test_a_server_under_load_ends_in_order(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(trades_text(300))
    assert run("import", "t.csv", "--market", "A:B", *DATA, cwd=tmp_path).code == 0
    with serving(tmp_path) as (process, url):
        token = admin_link(process)
        load = Load(url, token)
        asyncio.run(load.until_ended(process))
        code, _, err = ended(process)
        assert code == 0, err
        assert "Traceback" not in err
    assert load.closes == [1012] * 5
    assert load.told == ["draining"] * 5
    assert load.answered > 20
    assert len(load.saved) > 5
    with serving(tmp_path) as (process, url):
        answer = httpx.get(
            f"{url}/1.1/study_templates?client=c", headers={"Authorization": f"Bearer {token}"}
        )
        assert load.saved <= {each["name"] for each in answer.json()["data"]}
        bars = httpx.get(f"{url}/api/v1/candles?symbol=A:B&interval=1h").json()
        assert bars[0]["n"] == 300


class Load:
    """Clients that never stop by themselves."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"}
        self.closes: list[int | None] = []
        self.told: list[str] = []
        self.saved: set[str] = set()
        self.answered = 0
        self.following = 0
        self.busy = asyncio.Event()

    async def until_ended(self, process: subprocess.Popen[str]) -> None:
        """Ask and listen; have the server end meanwhile, and return when nobody is answered."""
        listening = [asyncio.create_task(self._listen()) for _ in range(5)]
        asking = [asyncio.create_task(self._ask()) for _ in range(3)]
        saving = asyncio.create_task(self._save())
        async with asyncio.timeout(TOLD_S):
            await self.busy.wait()
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await asyncio.gather(*listening, *asking, saving)
            await asyncio.to_thread(process.wait)

    async def _listen(self) -> None:
        address = self.url.replace("http", "ws") + "/ws"
        async with websockets.connect(address, compression=None) as client:
            await client.send('{"op":"subscribe","channel":"status"}')
            await client.send(
                '{"op":"subscribe","channel":"candles","symbol":"A:B","interval":"1m"}'
            )
            with suppress(websockets.ConnectionClosed):
                while True:
                    self._note(json.loads(await client.recv()))
            self.closes.append(client.close_code)

    def _note(self, message: dict[str, Any]) -> None:
        self.following += message["type"] == "snapshot"
        # Whoever asked for the status is told twice: once as everybody is.
        if "within_s" in message:
            self.told.append(message["status"])

    async def _ask(self) -> None:
        query = "/udf/history?symbol=A:B&resolution=1&from=0&to=2000000000&countback=300"
        with suppress(httpx.TransportError):
            async with httpx.AsyncClient(base_url=self.url) as client:
                while True:
                    answer = await client.get(query)
                    assert answer.status_code == 200
                    self.answered += 1

    async def _save(self) -> None:
        with suppress(httpx.TransportError):
            async with httpx.AsyncClient(base_url=self.url, headers=self.headers) as client:
                while True:
                    name = f"n{len(self.saved)}"
                    answer = await client.post(
                        "/1.1/study_templates?client=c", data={"name": name, "content": "{}"}
                    )
                    if answer.json() == {"status": "ok"}:
                        self.saved.add(name)
                    if len(self.saved) > 5 and self.answered > 20 and self.following == 5:
                        self.busy.set()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_shown_is_there_after_any_end(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "chandlery.toml").write_text(TOML)
    with serving(tmp_path, "demo") as (process, url):
        shown = asyncio.run(_watched(url, 400))
        process.send_signal(number)
        assert ended(process)[0] == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    done = run("trades", "DEMO:BTC", "--limit", "100000", "--format", "json", *DATA, cwd=tmp_path)
    assert done.code == 0, done.err
    stored = [str(each["id"]) for each in json.loads(done.out)]
    assert len(stored) == len(set(stored))
    assert shown <= set(stored)


async def _watched(url: str, count: int) -> set[str]:
    """Return the ids of so many trades that the stream has shown."""
    seen: set[str] = set()
    async with asyncio.timeout(TOLD_S):
        async with websockets.connect(url.replace("http", "ws") + "/ws", compression=None) as ws:
            await ws.send('{"op":"subscribe","channel":"trades","symbol":"DEMO:BTC"}')
            while len(seen) < count:
                message = json.loads(await ws.recv())
                if message["type"] == "trades":
                    seen |= {trade["id"] for trade in message["trades"]}
    return seen
