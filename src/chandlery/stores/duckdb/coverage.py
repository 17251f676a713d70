"""What has been seen of each market, kept as disjoint intervals.

A live feed lengthens its last interval again and again: that is one statement for any number of
markets, because what is stored is known in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chandlery.core.delivery import Gap
from chandlery.core.intervals import Pair
from chandlery.core.seen import Key, Seen
from chandlery.stores.duckdb.connection import Session

Ledger = dict[Key, Seen]
Pairs = tuple[Pair, ...]


def load(session: Session) -> Ledger:
    """Return all that is stored."""
    intervals: dict[Key, list[Pair]] = {}
    gaps: dict[Key, list[Gap]] = {}
    for market, kind, start, end in session.execute(
        "SELECT market, kind, start_s, end_s FROM coverage ORDER BY start_s"
    ).fetchall():
        intervals.setdefault((market, kind), []).append((start, end))
    for row in session.execute(
        "SELECT market, kind, start_s, end_s, reason, state FROM gaps ORDER BY start_s"
    ).fetchall():
        gaps.setdefault((row[0], row[1]), []).append(Gap(*row))
    return {
        key: Seen(tuple(intervals.get(key, ())), tuple(gaps.get(key, ())))
        for key in {*intervals, *gaps}
    }


def write(session: Session, known: Ledger, changed: Ledger) -> None:
    """Bring the tables from what is known to what has changed."""
    pairs = {key: (known.get(key, Seen()), new) for key, new in changed.items()}
    _write_intervals(session, {k: (a.intervals, b.intervals) for k, (a, b) in pairs.items()})
    told = {key: b.gaps for key, (a, b) in pairs.items() if a.gaps != b.gaps}
    for (market, kind), gaps in told.items():
        session.execute("DELETE FROM gaps WHERE market = ? AND kind = ?", [market, kind])
        for gap in gaps:
            row = [gap.market, gap.kind, gap.start, gap.end, gap.reason, gap.state]
            session.execute("INSERT INTO gaps VALUES (?, ?, ?, ?, ?, ?)", row)


def _write_intervals(session: Session, changed: dict[Key, tuple[Pairs, Pairs]]) -> None:
    longer = [key for key, (old, new) in changed.items() if _only_longer(old, new)]
    others = [key for key, (old, new) in changed.items() if key not in longer and new != old]
    if longer:
        _input(session, [(key, changed[key][1][-1]) for key in longer])
        session.execute(
            "UPDATE coverage SET end_s = i.e FROM input_coverage i WHERE coverage.market = "
            "i.market AND coverage.kind = i.kind AND coverage.start_s = i.s"
        )
    if others:
        for market, kind in others:
            session.execute("DELETE FROM coverage WHERE market = ? AND kind = ?", [market, kind])
        if rows := [(key, part) for key in others for part in changed[key][1]]:
            _input(session, rows)
            session.execute("INSERT INTO coverage SELECT market, kind, s, e FROM input_coverage")


def _only_longer(old: Pairs, new: Pairs) -> bool:
    return bool(old and new) and old[:-1] == new[:-1] and old[-1][0] == new[-1][0] and old != new


def _input(session: Session, rows: Sequence[tuple[Key, Pair]]) -> None:
    columns = {
        "market": np.array([key[0] for key, _ in rows], dtype=np.int32),
        "kind": np.array([key[1] for key, _ in rows]),
        "s": np.array([part[0] for _, part in rows], dtype=np.int64),
        "e": np.array([part[1] for _, part in rows], dtype=np.int64),
    }
    session.input("input_coverage", columns)
