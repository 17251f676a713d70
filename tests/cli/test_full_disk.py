"""A disk that is full ends an import with one clear line, and loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chandlery.formats import trades_file
from tests.crash import trades

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv[:2] = ["chandlery"]
from chandlery.cli import main
main()
"""
"""A limit on the size of files is the full disk: writing fails in the same place."""


def chandlery(*words: str, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-m", "chandlery"] if most_bytes is None else ["-c", LIMITED, str(most_bytes)]
    command = [sys.executable, *start, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("most_bytes", [600_000, 2_500_000])
def test_a_full_disk_is_told_and_the_next_import_completes_it(
    tmp_path: Path, most_bytes: int
) -> None:
    file, data = tmp_path / "trades.csv", str(tmp_path / "d")
    with trades_file(file, {n: f"TEST:M{n}" for n in range(trades.MARKETS)}) as writer:
        for number in range(1_500):
            writer.write(trades.batch(number))
    full = chandlery("import", str(file), "--data", data, most_bytes=most_bytes)
    assert full.returncode == 1
    errors = [line for line in full.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "too large" in errors[0].lower()
    assert "Traceback" not in full.stderr
    again = chandlery("import", str(file), "--data", data)
    assert again.returncode == 0, again.stderr
    found = json.loads(chandlery("verify", "--data", data, "--json").stdout)
    assert found["ok"]
    assert found["trades"] == 1_500 * trades.ROWS
