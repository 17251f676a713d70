"""What has been seen of each market, kept as disjoint intervals.

A live feed lengthens its last interval again and again: that is one statement for any number of
markets, because what is stored is known in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chandlery.core.delivery import Coverage
from chandlery.core.intervals import Pair, union
from chandlery.stores.duckdb.connection import Session

Key = tuple[int, str]
Seen = dict[Key, list[Pair]]


def load(session: Session) -> Seen:
    """Return all that is stored."""
    seen: Seen = {}
    rows = session.execute(
        "SELECT market, kind, start_s, end_s FROM coverage ORDER BY start_s"
    ).fetchall()
    for market, kind, start, end in rows:
        seen.setdefault((market, kind), []).append((start, end))
    return seen


def merged(known: Seen, coverage: Sequence[Coverage]) -> Seen:
    """Return the intervals of the markets that a change adds to."""
    added: Seen = {}
    for item in coverage:
        added.setdefault((item.market, item.kind), []).append((item.start, item.end))
    return {key: union([*known.get(key, []), *parts]) for key, parts in added.items()}


def write(session: Session, known: Seen, changed: Seen) -> None:
    """Bring the table from what is known to what has changed."""
    longer = [key for key, new in changed.items() if _only_longer(known.get(key, []), new)]
    others = [key for key, new in changed.items() if key not in longer and new != known.get(key)]
    if longer:
        _input(session, [(key, changed[key][-1]) for key in longer])
        session.execute(
            "UPDATE coverage SET end_s = i.e FROM input_coverage i WHERE coverage.market = "
            "i.market AND coverage.kind = i.kind AND coverage.start_s = i.s"
        )
    if others:
        _input(session, [(key, part) for key in others for part in changed[key]])
        session.execute(
            "DELETE FROM coverage c WHERE EXISTS (SELECT 1 FROM input_coverage i "
            "WHERE i.market = c.market AND i.kind = c.kind)"
        )
        session.execute("INSERT INTO coverage SELECT market, kind, s, e FROM input_coverage")


def _only_longer(old: list[Pair], new: list[Pair]) -> bool:
    return bool(old) and old[:-1] == new[:-1] and old[-1][0] == new[-1][0] and old != new


def _input(session: Session, rows: Sequence[tuple[Key, Pair]]) -> None:
    columns = {
        "market": np.array([key[0] for key, _ in rows], dtype=np.int32),
        "kind": np.array([key[1] for key, _ in rows]),
        "s": np.array([part[0] for _, part in rows], dtype=np.int64),
        "e": np.array([part[1] for _, part in rows], dtype=np.int64),
    }
    session.input("input_coverage", columns)
