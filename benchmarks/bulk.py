"""Import of a Parquet file through to all seven rungs, beside hand-written DuckDB SQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks import data
from benchmarks.report import Figure, at_most, below

RUNGS = (("1m", 60), ("5m", 300), ("15m", 900), ("1h", 3_600), ("4h", 14_400), ("1d", 86_400))
MONDAY = 345_600


def baseline(parquet: Path, path: Path) -> float:
    """Load and group the file as one would by hand; return the seconds."""
    for old in (path, path.with_suffix(".db.wal")):
        old.unlink(missing_ok=True)
    began = time.perf_counter()
    con = duckdb.connect(str(path), config={"memory_limit": "1GB", "threads": 2})
    con.execute(
        "CREATE TABLE trades AS SELECT symbol, time, price, size, side, id "
        f"FROM '{parquet}' ORDER BY symbol, time, id"
    )
    con.execute(
        "CREATE TABLE c_1m AS SELECT symbol, time // 60000000 * 60 AS t, "
        "arg_min(price, (time, id)) o, max(price) h, min(price) l, arg_max(price, (time, id)) c, "
        "sum(size) v, sum(size * price) q, count(*) n, "
        "sum(CASE WHEN side = 'buy' THEN size ELSE 0 END) bv FROM trades "
        "GROUP BY ALL ORDER BY symbol, t"
    )
    source = "c_1m"
    for name, seconds in (*RUNGS[1:], ("1w", 604_800)):
        shift = MONDAY if name == "1w" else 0
        con.execute(
            f"CREATE TABLE c_{name} AS SELECT symbol, "
            f"(s.t - {shift}) // {seconds} * {seconds} + {shift} AS b, arg_min(o, s.t) o, "
            "max(h) h, min(l) l, arg_max(c, s.t) c, sum(v) v, sum(q) q, sum(n) n, sum(bv) bv "
            f"FROM {source} s GROUP BY ALL ORDER BY symbol, b"
        )
        con.execute(f"ALTER TABLE c_{name} RENAME b TO t")
        source = f"c_{name}"
    con.execute("CHECKPOINT")
    con.close()
    return time.perf_counter() - began


def ours(parquet: Path, folder: Path, *more: Path) -> tuple[float, float]:
    """Import files with the command line; return the seconds and the peak of memory in MB."""
    shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    command = [sys.executable, "-m", "chandlery", "import", str(parquet)]
    command += [*map(str, more), "--data", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = _watch(process)
    _, errors = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(errors.decode())
    return seconds, peak[0]


def _watch(process: subprocess.Popen[bytes]) -> list[float]:
    """Follow a process's peak of memory until it ends."""
    peak = [0.0]

    def follow() -> None:
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            try:
                lines = status.read_text().splitlines()
            except OSError:
                return
            found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
            peak[0] = max(peak[0], *(int(kb) / 1024 for kb in found), 0.0)
            time.sleep(0.05)

    threading.Thread(target=follow, daemon=True).start()
    return peak


def maintained(folder: Path) -> None:
    """Sort what is loose, as `maintain` does."""
    subprocess.run(
        [sys.executable, "-m", "chandlery", "maintain", "--data", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def file_bytes(folder: Path) -> int:
    """Return the size of a store's file."""
    return (folder / "chandlery.duckdb").stat().st_size


def trades_bytes(folder: Path) -> float:
    """Return the bytes of the trades alone, from the blocks they lie in."""
    con = duckdb.connect(str(folder / "chandlery.duckdb"), read_only=True)
    row = con.execute(
        "SELECT count(DISTINCT block_id) * 262144 FROM pragma_storage_info('trades') "
        "WHERE persistent"
    ).fetchone()
    con.close()
    return float(row[0]) if row else 0.0


def run(count: int = 10_000_000, rounds: int = 3) -> Sequence[Figure]:
    """Measure in turns, so that both meet the same machine; take the medians."""
    parquet, folder = data.parquet(count), data.folder() / "bulk"
    theirs, own, peaks = [], [], []
    for _ in range(rounds):
        theirs.append(baseline(parquet, data.folder() / "baseline.db"))
        seconds, peak = ours(parquet, folder)
        own.append(seconds)
        peaks.append(peak)
    median_ours, median_theirs = sorted(own)[rounds // 2], sorted(theirs)[rounds // 2]
    millions = f"{count / 1e6:g} M trades"
    figures = [
        at_most(
            f"import of {millions} through to seven rungs",
            f"{median_ours:.1f} s",
            f"{median_theirs:.1f} s (SQL by hand)",
            median_ours / median_theirs,
            1.5,
        ),
        below("memory of the import, peak", max(peaks), 1_536, "MB"),
    ]
    maintained(folder)
    baseline_bytes = (data.folder() / "baseline.db").stat().st_size / count
    size = below("file, all rungs, after `maintain`", file_bytes(folder) / count, 40, "B a trade")
    return [
        *figures,
        Figure(size.name, size.ours, f"{baseline_bytes:.1f} B", None, size.limit, size.is_met),
        below("trades alone, sorted", trades_bytes(folder) / count, 10, "B a trade"),
    ]
