"""The commands about feeds, in processes of their own, against an exchange on loopback."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest
from typing_extensions import override

from tests.cli.command import Ended, environment, run
from tests.sources.binance.fake import FakeBinance, FakeTrade, some_trades
from tests.sources.live.fast import FastClock

US = 1_000_000
HOUR = 3_600


class RealClock(FastClock):
    """Now, as the commands have it: they are other processes, so nothing is left out."""

    @override
    def elapsed(self) -> float:
        return time.time_ns() / 1e9 - self.start_us / 1e6


def real_clock() -> RealClock:
    return RealClock(1.0, time.time_ns() // 1_000)


@contextmanager
def exchange(*symbols: str) -> Iterator[FakeBinance]:
    """Run an exchange with two hours of trades, which goes on, in a thread."""
    clock, draw = real_clock(), random.Random(3)  # noqa: S311 - chance, no secret
    start_us = clock.start_us - 2 * HOUR * US
    trades: list[FakeTrade] = some_trades(
        draw, start_us=start_us, seconds=2 * HOUR + 60, rate=2, first_id=1, price=100.0
    )
    fake = FakeBinance(clock, dict.fromkeys(symbols or ("BTCUSDT",), trades))
    is_up, end = Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with fake.running():
            is_up.set()
            await end.wait()

    thread = Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    is_up.wait(10)
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
        loop.close()


def addresses(fake: FakeBinance) -> dict[str, str]:
    return {
        "CHANDLERY_BINANCE__REST_URL": fake.rest_url,
        "CHANDLERY_BINANCE__WS_URL": fake.ws_url,
        "CHANDLERY_BINANCE__STREAMS": "aggTrade",
    }


def test_serve_follows_markets_and_fetches_their_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with exchange() as fake:
        env = addresses(fake)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        with serving(tmp_path, env) as url:
            stats = wait_for(url, lambda s: _is_live(s) and _has_past(url))
            [live, past] = stats["feeds"]
            assert live["name"] == "binance"
            assert live["counts"]["trades"] > 0
            assert past["name"] == "binance-history"
            told = run("gaps", "--json", "--data", "d", cwd=tmp_path, env=env)
            assert json.loads(told.out) == []
            done = run(
                "backfill",
                "binance:BTCUSDT",
                "--since",
                "1h",
                "--kind",
                "trades",
                "--data",
                "d",
                cwd=tmp_path,
                env=env,
            )
            assert done.code == 0, done.err
            assert "trades stored" in done.out
            metrics = httpx2.get(f"{url}/metrics", trust_env=False).text
            assert 'chandlery_feed_running{feed="binance"} 1.0' in metrics
            assert 'chandlery_gaps{state="open"} 0.0' in metrics


def test_backfill_works_without_a_server_and_is_not_done_twice(tmp_path: Path) -> None:
    with exchange() as fake:
        env = addresses(fake)
        command = (
            "backfill",
            "binance:BTCUSDT",
            "--since",
            "1h",
            "--kind",
            "trades",
            "--data",
            "d",
        )
        done = run(*command, cwd=tmp_path, env=env)
        assert done.code == 0, done.err
        candles = run(
            "candles", "BINANCE:BTCUSDT", "1m", "--format", "json", "--data", "d", cwd=tmp_path
        )
        assert len(json.loads(candles.out)) >= 55


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("serve", "--live", "nowhere:BTC"), "no venue is called 'nowhere'"),
        (("serve", "--live", "BTCUSDT"), "feeds.live"),
        (("serve", "--live", "binance:BTCUSDT", "--backfill", "soon"), "feeds.backfill"),
        (("backfill", "binance:BTCUSDT"), "one of --since and --start expected"),
        (("backfill", "binance:BTCUSDT", "--since", "soon"), "a time such as 30d expected"),
        (("backfill", "BTCUSDT", "--since", "1d"), "markets such as"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    args: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = run(*args, "--data", "d", cwd=tmp_path)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_two_kinds_of_trades_at_once_are_refused(tmp_path: Path) -> None:
    env = {"CHANDLERY_BINANCE__STREAMS": "trade,aggTrade"}
    done = run("serve", "--live", "binance:BTCUSDT", "--data", "d", cwd=tmp_path, env=env)
    assert done.code == 2
    assert "one of aggTrade and trade expected" in done.err


@contextmanager
def serving(cwd: Path, env: dict[str, str]) -> Iterator[str]:
    import subprocess
    import sys

    command = [sys.executable, "-m", "chandlery", "serve", "--live", "binance:BTCUSDT"]
    command += ["--backfill", "1h", "--port", "0", "--data", "d"]
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield line.split(" at ")[1].split(" ")[0].strip()
        finally:
            process.terminate()
            process.communicate(timeout=20)


def wait_for(url: str, is_so: Any) -> dict[str, Any]:
    """Ask for the figures until they are so."""
    until, stats = time.monotonic() + 90, dict[str, Any]()
    while time.monotonic() < until:
        stats = dict(httpx2.get(f"{url}/stats", trust_env=False).json())
        if is_so(stats):
            return stats
        time.sleep(0.2)
    raise AssertionError(stats)


def _is_live(stats: dict[str, Any]) -> bool:
    feed = stats["feeds"][0]
    return bool(feed["state"] == "live" and feed["counts"]["trades"] > 3)


def _has_past(url: str) -> bool:
    answer = httpx2.get(
        f"{url}/api/v1/candles",
        params={"symbol": "BINANCE:BTCUSDT", "interval": "1m", "limit": "500"},
        trust_env=False,
    )
    return answer.status_code == 200 and len(answer.json()) > 50


def test_markets_are_followed_without_a_restart_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with exchange("BTCUSDT", "ETHUSDT") as fake:
        env = addresses(fake)
        for name, value in env.items():
            monkeypatch.setenv(name, value)

        def feeds(*args: str) -> Ended:
            return run("feeds", *args, "--data", "d", cwd=tmp_path, env=env)

        # Before any server runs:
        done = feeds("add", "binance:NOSUCH")
        assert (done.code, done.out) == (1, "")
        assert "binance:NOSUCH is not followed (binance has no such market)" in done.err
        with serving(tmp_path, env) as url:
            done = feeds("add", "binance:ETHUSDT", "--backfill", "1h")
            assert (done.code, done.err) == (0, "")
            assert done.out.startswith("binance:ETHUSDT is followed from now on\n")
            assert "binance-history: " in done.out
            found = json.loads(feeds("list", "--json").out)
            assert [each["market"] for each in found["markets"]] == [
                "binance:BTCUSDT",
                "binance:ETHUSDT",
            ]
            wait_for(url, lambda stats: stats["feeds"][0]["counts"]["markets"] == 2)
            assert feeds("stop", "binance").out == "binance: paused\n"
            assert "stopped by hand" in feeds("list").out
            assert feeds("start", "binance").code == 0
            done = feeds("remove", "binance:BTCUSDT")
            assert (done.code, "take it out there" in done.err) == (1, True)
        # After it has ended:
        found = json.loads(feeds("list", "--json").out)
        assert [each["origin"] for each in found["markets"]] == ["added"]
        assert found["feeds"] == [
            {
                "name": "binance",
                "state": "not running",
                "reason": "no server runs",
                "last_msg_age_ms": None,
                "reconnects": 0,
                "markets": 1,
            }
        ]
        assert feeds("stop", "binance").out == "binance: paused\n"
        assert feeds("start", "binance").out == "binance: not running\n"
        assert (feeds("restart", "binance").code, feeds("stop", "okx").code) == (2, 2)
        done = feeds("remove", "binance:ETHUSDT")
        assert (done.code, done.out) == (
            0,
            "binance:ETHUSDT is followed no more; its data stays\n",
        )
        assert "nothing is followed" in feeds("list").err
