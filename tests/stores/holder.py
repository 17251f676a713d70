"""Run in a process of its own: holds a DuckDB store open until its input ends."""

from __future__ import annotations

import sys
from pathlib import Path

from chandlery.stores.duckdb import DuckDBStore

if __name__ == "__main__":
    store = DuckDBStore(Path(sys.argv[1]))
    sys.stdout.write("open\n")
    sys.stdout.flush()
    sys.stdin.read()
    store.close()
