"""Asks a path again and again, until killed: `python -m benchmarks.ws_probe <port> [path]`."""

from __future__ import annotations

import http.client
import sys
import time


def main(port: int, path: str = "/healthz") -> None:
    """Print each answer's milliseconds."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while True:
        began = time.perf_counter()
        asking.request("GET", path)
        asking.getresponse().read()
        print((time.perf_counter() - began) * 1e3, flush=True)
        time.sleep(0.02)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:3])
