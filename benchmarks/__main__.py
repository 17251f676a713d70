"""`make bench`: every benchmark, or those named, as a table, as files in results/ and as a page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchmarks import bulk, feeds, push, queries, serving, web, websocket, writer, ws_storm
from benchmarks.page import write_page
from benchmarks.report import Figure, keep, show

BENCHMARKS: dict[str, Callable[[], Sequence[Figure]]] = {
    "bulk": bulk.run,
    "writer": writer.run,
    "push": push.run,
    "feeds": feeds.run,
    "queries": queries.run,
    "serving": serving.run,
    "websocket": websocket.run,
    "storm": ws_storm.run,
    "web": web.run,
}


def main(names: Sequence[str]) -> int:
    """Run benchmarks; return 1 if a figure is not met."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"unknown benchmark {unknown[0]!r} (there are {', '.join(BENCHMARKS)})")
        return 2
    everything: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"running {name} ...", flush=True)
        figures = BENCHMARKS[name]()
        print(f"kept in {keep(name, figures)}")
        everything += figures
    write_page()
    show(everything)
    return int(any(figure.is_met is False for figure in everything))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
