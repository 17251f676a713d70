"""A real server in a process of its own, on data of a test, which is told trades as they happen."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.cli.command import environment, line_of, run

PATIENT = {"CHANDLERY_LIMITS__QUERY_S": "60"}
"""A query that a busy machine makes slow is no fault of the server's."""

CHANDLERY = (sys.executable, "-m", "chandlery")
READY = re.compile(r"ready at (http://\S+)")
TOKEN = re.compile(r"#token=(\S+)")


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclass
class Served:
    """One server. It keeps its address and data when it is killed and started again."""

    data: Path
    options: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    token: str = ""
    """Of an administrator; told at the first start."""
    said: list[str] = field(default_factory=list)
    """What it has written to standard error."""
    _process: subprocess.Popen[str] | None = None
    _listening: threading.Thread = field(default_factory=threading.Thread)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self._process = subprocess.Popen(
            [*CHANDLERY, "serve", "--data", str(self.data), "--port", str(self.port)],
            cwd=self.data.parent,
            env=environment({**PATIENT, **self.options}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listening = threading.Thread(target=self._listen, args=(self._process,))
        self._listening.start()
        assert READY.search(line_of(self._process))
        if not self.token:
            found = TOKEN.search(line_of(self._process))
            assert found
            self.token = found[1]

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Take in what it writes, so that it never waits for a reader."""
        assert process.stderr is not None
        with process.stderr as errors:
            self.said += errors

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait until it has ended."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._listening.join()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Ask it as an administrator, and return the JSON of its answer."""
        answer = httpx2.request(
            method,
            f"{self.url}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            trust_env=False,
            **more,
        )
        answer.raise_for_status()
        return answer.json()

    def bars(self, symbol: str, interval: str, limit: int = 500) -> list[dict[str, Any]]:
        """Return the newest bars as REST has them."""
        asked = {"symbol": symbol, "interval": interval, "limit": limit}
        found: list[dict[str, Any]] = self.ask("GET", "/api/v1/candles", params=asked)
        return found

    def trade(self, symbol: str, *rows: tuple[float, float, float]) -> None:
        """Have trades of (seconds since 1970, price, size); they are durable on return."""
        trades = [
            {"symbol": symbol, "time": round(at * 1e6), "price": price, "size": size}
            for at, price, size in rows
        ]
        told = self.ask("POST", "/api/v1/trades", json=trades)
        assert told["accepted"] == len(rows), told

    def bar_import(self, symbol: str, interval: str, rows: Sequence[Sequence[float]]) -> None:
        """Import bars (t, o, h, l, c, v) as given."""
        lines = ["time,open,high,low,close,volume", *(",".join(map(str, row)) for row in rows)]
        path = self.data.parent / f"{symbol.replace(':', '-').replace('/', '-')}.csv"
        path.write_text("\n".join(lines) + "\n")
        what = ("import", str(path), "--market", symbol, "--interval", interval)
        done = run(*what, "--data", str(self.data), cwd=self.data.parent, env=self.options)
        assert done.code == 0, done.err


def now() -> float:
    return time.time()
