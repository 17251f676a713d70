"""The examples run as they are, against a real server."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from chandlery.api.access import Scope
from tests.client.home import Home, home

EXAMPLES = Path(__file__).parents[2] / "examples"
NEEDED_S = 60
SUFFIXES = (".py", ".mjs", ".html", ".sh")


async def ran(place: Home, *command: str, key: str = "") -> str:
    """Run a command to its end; return what it printed."""
    named = {**os.environ, "CHANDLERY_KEY": key, "NO_PROXY": "127.0.0.1"}
    environment = {name: text for name, text in named.items() if text}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(NEEDED_S):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def program(name: str) -> str:
    """Return where a program is; without it the test is skipped."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


async def test_python_pushes() -> None:
    async with home() as place:
        key = place.issue(Scope.WRITE)
        script = str(EXAMPLES / "python/push.py")
        told = await ran(place, sys.executable, script, place.url, "MY:COIN", key=key)
        assert told.startswith("120 accepted, 0 were there already")
        assert len(told.splitlines()) == 4
        again = await ran(place, sys.executable, script, place.url, "MY:COIN", key=key)
        # A minute may have begun between the two.
        assert re.match(r"(0|120) accepted, (120|0) were", again)


async def test_python_streams() -> None:
    async with home() as place:
        await place.trade([(0, 100.0), (60, 101.5)])
        script = str(EXAMPLES / "python/stream.py")
        told = await ran(place, sys.executable, script, place.url, "BINANCE:BTCUSDT", "1")
        assert told == f"2 bars, the last at {place.start + 60}: 101.5 (1 trades)\n"


async def test_node_pushes() -> None:
    node = program("node")
    async with home() as place:
        key = place.issue(Scope.WRITE)
        script = str(EXAMPLES / "javascript/push.mjs")
        told = await ran(place, node, script, place.url, "MY:COIN", key=key)
        assert told.startswith("60 accepted, 0 were there already")


async def test_curl_reads_and_pushes() -> None:
    program("curl")
    async with home() as place:
        key = place.issue(Scope.WRITE)
        push, read = str(EXAMPLES / "curl/push.sh"), str(EXAMPLES / "curl/read.sh")
        told = await ran(place, "sh", push, place.url, "MY:COIN", key=key)
        assert json.loads(told) == {"accepted": 2, "duplicate": 0, "rejected": []}
        bars, _, trades, quality = (await ran(place, "sh", read, place.url, "MY:COIN")).rsplit(
            "\n", 4
        )[-5:-1]
        assert json.loads(trades)[1]["price"] == 100.25
        assert json.loads(quality)[0]["symbol"] == "MY:COIN"
        assert "t,o,h,l,c,v,q,n,bv" in bars


def test_the_page_loads_nothing_from_another_host() -> None:
    page = (EXAMPLES / "javascript/chart.html").read_text()
    script = page.partition("-->")[2]
    addresses = re.findall(r"https?://[^\"'`\s)]+", script)
    assert addresses == ["http://localhost:8000"]


async def test_the_script_of_the_page_is_javascript(tmp_path: Path) -> None:
    node = program("node")
    page = (EXAMPLES / "javascript/chart.html").read_text()
    found = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    (tmp_path / "chart.mjs").write_text(found[1])
    process = await asyncio.create_subprocess_exec(node, "--check", str(tmp_path / "chart.mjs"))
    assert await process.wait() == 0


def written() -> list[str]:
    """Return the files that are ours; what was installed or built lies beside them."""
    made = ("node_modules", "dist")
    found = (path for path in EXAMPLES.rglob("*") if path.suffix in SUFFIXES)
    return [path.name for path in found if not any(part in made for part in path.parts)]


@pytest.mark.parametrize("name", written())
def test_each_is_listed(name: str) -> None:
    assert name in (EXAMPLES / "README.md").read_text()
