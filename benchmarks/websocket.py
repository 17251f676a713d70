"""The WebSocket under load: latency, memory, and clients that stop reading."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import data
from benchmarks.report import Figure, below
from benchmarks.ws_clients import Swarm, is_told, stalled, trickle

CLIENTS = 10_000
STALLED, TRICKLING, BESIDE = 1_000, 100, 1_000


@dataclass
class Measured:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    port: int

    def figures(self) -> dict[str, Any]:
        """Return what the server tells of itself."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def rss_mb(self) -> float:
        """Return its memory."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def served(rate: int, folder: Path) -> Iterator[Measured]:
    """Run a server that so many trades a second come to, with its store in a folder."""
    asked = json.dumps({"rate": rate, "folder": str(folder)})
    command = [sys.executable, "-m", "benchmarks.ws_server", asked]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError
        try:
            yield Measured(process, json.loads(process.stdout.readline())["port"])
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def probed(port: int, path: str = "/healthz") -> Iterator[list[float]]:
    """Ask for a path meanwhile; the list is filled with milliseconds at the end."""
    command = [sys.executable, "-m", "benchmarks.ws_probe", str(port), path]
    found: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield found
        finally:
            process.kill()
            found += [float(line) for line in process.communicate()[0].split()]


def percentiles(swarm: Swarm) -> tuple[float, float]:
    """Return p50 and p99 in milliseconds."""
    p50, p99 = np.percentile(np.array(swarm.latencies) / 1e3, (50, 99))
    return float(p50), float(p99)


def under_trades(place: data.Place, seconds: float = 20) -> Sequence[Figure]:
    """Measure trade to client with 10,000 trades a second and 100 clients."""
    with served(10_000, place.folder) as server:
        swarm = Swarm(server.port, every_us=10_000)
        swarm.connect(100)
        swarm.run(2, measured=False)
        swarm.run(seconds)
        p50, p99 = percentiles(swarm)
        swarm.close()
    name = f"trade to WebSocket client at 10,000 trades/s, {place.name}"
    rate = f"{p50:.1f} ms, {swarm.messages / seconds:,.0f} messages/s"
    return [below(f"{name}: p99", p99, 50, "ms"), Figure(f"{name}: p50", rate)]


def many(place: data.Place, seconds: float = 20) -> Sequence[Figure]:
    """Measure 10,000 clients, each following one of 100 series at 4 updates a second."""
    with served(400, place.folder) as server:
        swarm = Swarm(server.port)
        swarm.connect(CLIENTS)
        swarm.run(3, measured=False)
        before = server.figures()["cpu_s"]
        with probed(server.port) as healthz:
            swarm.run(seconds)
        cpu = (server.figures()["cpu_s"] - before) / seconds
        p50, p99 = percentiles(swarm)
        rss = server.rss_mb()
        swarm.close()
    name = f"{CLIENTS:,} clients, 100 series at 4 updates/s, {place.name}"
    rate = f"{swarm.messages / seconds:,.0f} messages/s, {cpu:.0%} of a core, {swarm.lost} lost"
    return [
        below(f"{name}: p99", p99, 250, "ms"),
        Figure(f"{name}: p50", f"{p50:.1f} ms, {rate}"),
        below(f"{name}: /healthz p99", float(np.percentile(healthz, 99)), 50, "ms"),
        below(f"{name}: memory of the server", rss, 1_536, "MB"),
    ]


def idle(place: data.Place, seconds: float = 20) -> Sequence[Figure]:
    """Measure 10,000 clients with 3 subscriptions each, while nothing is traded."""
    with served(0, place.folder) as server:
        empty, used = server.rss_mb(), server.figures()["cpu_s"]
        swarm = Swarm(server.port)
        took = swarm.connect(CLIENTS, ("1m", "5m", "1h"))
        handshake = (server.figures()["cpu_s"] - used) / CLIENTS * 1e6
        swarm.run(3, measured=False)
        each = (server.rss_mb() - empty) * 1024 / CLIENTS
        before = server.figures()["cpu_s"]
        swarm.run(seconds)
        cpu = (server.figures()["cpu_s"] - before) / seconds * 100
        swarm.close()
    name = f"{CLIENTS:,} idle clients, 3 subscriptions each"
    return [
        below(f"{name}: memory of each", each, 20, "KB"),
        below(f"{name}: processor", cpu, 5, "% of a core"),
        below(f"{name}: all connected and subscribed after", took, 15, "s"),
        Figure(f"{name}: processor to connect one", f"{handshake:.0f} µs"),
    ]


def beside_stalled(place: data.Place, seconds: float = 20) -> Sequence[Figure]:
    """Measure 1,000 clients alone, and beside 1,000 that follow all series and do not read."""
    with served(400, place.folder) as server:
        swarm, alone = _by_themselves(server, seconds / 2)
        most = before = server.rss_mb()
        still = _joined_by(swarm, STALLED)
        closed, end = 0, time.monotonic() + 3 * seconds
        while closed < STALLED and time.monotonic() < end:
            swarm.run(1)
            most = max(most, server.rss_mb())
            closed = server.figures()["closed"].get("too_slow", 0)
        _, beside = percentiles(swarm)
        told = sum(is_told(own) for own in still[-100:])
        for own in still:
            own.close()
        swarm.close()
    name = f"{BESIDE:,} clients beside {STALLED:,} that stop reading, {place.name}"
    return [
        *_beside(name, alone, beside),
        below(f"{name}: memory they take", most - before, 128, "MB"),
        Figure(f"{name}: closed with 1013", f"{closed:,}", is_met=closed == STALLED),
        Figure(f"{name}: of 100 that read on, told 1013", f"{told}"),
    ]


def beside_trickling(place: data.Place, seconds: float = 20) -> Sequence[Figure]:
    """Measure 1,000 clients alone, and beside 100 that read a kilobyte a second."""
    with served(400, place.folder) as server:
        swarm, alone = _by_themselves(server, seconds)
        most = before = server.rss_mb()
        slow = _joined_by(swarm, TRICKLING)
        for _ in range(int(seconds)):
            swarm.run(1)
            trickle(slow)
            most = max(most, server.rss_mb())
        _, beside = percentiles(swarm)
        closed = server.figures()["closed"].get("too_slow", 0)
        for own in slow:
            own.close()
        swarm.close()
    name = f"{BESIDE:,} clients beside {TRICKLING} that read 1 KB/s, {place.name}"
    return [
        *_beside(name, alone, beside),
        below(f"{name}: memory they take", most - before, 64, "MB"),
        Figure(f"{name}: closed with 1013", f"{closed:,}", is_met=closed == TRICKLING),
    ]


def _by_themselves(server: Measured, seconds: float) -> tuple[Swarm, float]:
    """Connect the clients that read; return them, and their p99 while there are no others."""
    swarm = Swarm(server.port)
    swarm.connect(BESIDE)
    swarm.run(2, measured=False)
    swarm.run(seconds)
    return swarm, percentiles(swarm)[1]


def _joined_by(swarm: Swarm, count: int) -> Sequence[socket.socket]:
    """Return clients that follow some series and read no more; what was measured is forgotten."""
    slow = stalled(swarm.port, count)
    # Meanwhile nobody read what came for the others.
    swarm.run(1, measured=False)
    del swarm.latencies[:]
    return slow


def _beside(name: str, alone: float, beside: float) -> list[Figure]:
    return [
        below(f"{name}: p99", beside, 50, "ms"),
        Figure(f"{name}: p99 without them", f"{alone:.1f} ms"),
    ]


def run(seconds: float = 20) -> Sequence[Figure]:
    """Measure each in turn."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    works = (under_trades, many, beside_stalled, beside_trickling)
    places = data.places()
    figures = [figure for place in places for work in works for figure in work(place, seconds)]
    return [*figures, *idle(places[0], seconds)]
