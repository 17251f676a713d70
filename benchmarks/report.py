"""What a benchmark found, printed as a table and kept with the machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: ours, the baseline's where there is one, and what it should be."""

    name: str
    ours: str
    baseline: str = ""
    ratio: float | None = None
    limit: str = ""
    is_met: bool | None = None


def at_most(name: str, ours: str, baseline: str, ratio: float, limit: float) -> Figure:
    """Return a figure whose ratio to the baseline should be small."""
    return Figure(name, ours, baseline, round(ratio, 3), f"≤ {limit:g}x", ratio <= limit)


def at_least(name: str, ours: str, baseline: str, ratio: float, limit: float) -> Figure:
    """Return a figure whose ratio to the baseline should be large."""
    return Figure(name, ours, baseline, round(ratio, 3), f"≥ {limit:g}x", ratio >= limit)


def below(name: str, value: float, limit: float, unit: str) -> Figure:
    """Return a figure that should be below a limit."""
    return Figure(name, f"{value:,.4g} {unit}", "", None, f"< {limit:g} {unit}", value < limit)


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory_gb": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "numpy": version("numpy"),
        "commit": commit.stdout.strip() or "unknown",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table(title="Chandlery, measured", show_lines=False)
    for title in ("figure", "ours", "baseline", "ratio", "expected", "met"):
        table.add_column(title)
    marks = {None: "", True: "yes", False: "NO"}
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
        row = (figure.name, figure.ours, figure.baseline, ratio, figure.limit)
        table.add_row(*row, marks[figure.is_met])
    Console(width=150).print(table)


def keep(name: str, figures: Sequence[Figure]) -> Path:
    """Write the figures to the results folder: one file a benchmark, the newest run."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    document = {"machine": machine(), "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path
