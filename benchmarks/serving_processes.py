"""The servers that are measured and what loads them, each a process that ends with its block."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_S = 30.0
CONNECTIONS = 16

_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=100 inactive=1h;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def found(name: str) -> str | None:
    """Return where a program lies; Debian puts servers where only root looks."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return int(own.getsockname()[1])


@contextmanager
def running(command: Sequence[str | Path], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server from the moment it answers to the end of the block."""
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL)
    try:
        _await(process, port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"{process.args!r} did not answer within {START_S:g} s"
    raise RuntimeError(message)


@contextmanager
def chandlery(folder: Path) -> Iterator[int]:
    """Serve a data directory as users do; the block is given the port."""
    port = free_port()
    command = (sys.executable, "-m", "chandlery", "serve", "--data", folder, "--port", str(port))
    with running(command, port):
        yield port


@contextmanager
def by_hand(candles: Path) -> Iterator[int]:
    """Serve a table of candles with FastAPI."""
    port = free_port()
    with running((sys.executable, "-m", "benchmarks.serving_fastapi", candles, str(port)), port):
        yield port


@contextmanager
def nginx(program: str, folder: Path, body: bytes) -> Iterator[int]:
    """Serve bytes from a file named `bars`."""
    port = free_port()
    # Whoever starts it as root has its worker run as somebody else, who must get here.
    folder.chmod(0o755)
    (folder / "bars").write_bytes(body)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    with running((program, "-c", folder / "nginx.conf"), port):
        yield port


def asked(port: int, url: str) -> bytes:
    """Return the body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", url)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        message = f"{url} was answered with {answer.status}: {body[:200]!r}"
        raise RuntimeError(message)
    return body


def load(wrk: str, port: int, url: str, seconds: int, *headers: str) -> float:
    """Ask the same again and again from sixteen connections; return the answers a second."""
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}"]
    for header in headers:
        command += ["-H", header]
    ran = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{url}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    )
    rate = re.search(r"Requests/sec:\s+([\d.]+)", ran.stdout)
    if rate is None or "Non-2xx" in ran.stdout or "Socket errors" in ran.stdout:
        message = f"wrk found errors: {ran.stdout}"
        raise RuntimeError(message)
    return float(rate[1])
