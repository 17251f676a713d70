"""docs/performance.md, written from the results that are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import RESULTS

PAGE = Path("docs/performance.md")
NAMES = {
    "bulk": "Import",
    "writer": "Writer",
    "push": "Taking trades in over HTTP",
    "feeds": "An exchange's frames",
    "queries": "Queries",
    "serving": "Serving over HTTP",
    "websocket": "WebSocket",
    "storm": "Everybody cut off at once",
    "web": "The chart in a browser",
    "fifty_million": "50 M trades",
}


def write_page() -> None:
    """Write docs/performance.md from the results."""
    lines = [
        "# Performance",
        "",
        "Every figure was measured by `make bench` and `make bench-50m`, ours and the",
        "baseline's in turns in one run, on two shared cores: trust the ratios more than the",
        "absolute figures. The set is 10 M (or 50 M) made-up trades of 1,000 markets over 30",
        "days, shared by Zipf's law; the scripts are in `benchmarks/`, the results with machine",
        "and versions in `benchmarks/results/`. What was expected and not met says so.",
        "",
    ]
    for stem, title in NAMES.items():
        path = RESULTS / f"{stem}.json"
        if path.exists():
            found = json.loads(path.read_text())
            lines += [f"## {title}", "", *_table(found["figures"]), "", *_machine(found), ""]
    PAGE.write_text("\n".join(lines[:-1]) + "\n")


def _table(figures: Sequence[dict[str, object]]) -> list[str]:
    rows = ["| figure | ours | beside | ratio | expected |", "|---|---|---|---|---|"]
    for figure in figures:
        ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.2f}x"
        limit = f"{figure['limit']}{' (not met)' if figure['is_met'] is False else ''}"
        cells = (figure["name"], figure["ours"], figure["baseline"], ratio, limit)
        rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return rows


def _machine(found: dict[str, dict[str, str]]) -> list[str]:
    on = found["machine"]
    return [
        f"{on['processor']}, {on['cores']} cores, {on['memory_gb']} GB; Python {on['python']}, "
        f"DuckDB {on['duckdb']}, numpy {on['numpy']}; {on['time'][:10]}, commit {on['commit']}."
    ]
