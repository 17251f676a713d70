"""Keeping the file in order: sorted runs, retention, sizes."""

from __future__ import annotations

from chandlery.core.columns import US
from chandlery.core.intervals import subtract
from chandlery.core.resolution import Resolution
from chandlery.stores.duckdb.connection import Session
from chandlery.stores.duckdb.schema import TABLE_OF_TRADES, table_of
from chandlery.stores.store import Figures

BLOCK_BYTES = 262_144
"""The unit in which DuckDB allocates its file."""


def rows_in(session: Session, table: str, start: int, end: int) -> int:
    """See Store.rows_in."""
    column, unit = _moments(table)
    where = f"{column} >= ? AND {column} < ?"
    row = session.execute(
        f"SELECT count(*) FROM {table} WHERE {where}", [start * unit, end * unit]
    ).fetchone()
    return int(row[0]) if row else 0


def _moments(table: str) -> tuple[str, int]:
    """Return a table's column of moments, and its units in a second."""
    return ("time", US) if table == TABLE_OF_TRADES else ("t", 1)


def compact(session: Session, table: str, start: int, end: int) -> int:
    """Write the stretch again in order behind the old rows, then let go of those."""
    column, unit = _moments(table)
    order = "market, time, sequence, id" if table == TABLE_OF_TRADES else "market, t"
    newest = session.number(f"SELECT max(rowid) FROM {table}")
    if newest is None:
        return 0
    stretch = [start * unit, end * unit]
    where = f"{column} >= ? AND {column} < ?"
    session.execute(
        f"INSERT INTO {table} SELECT * FROM {table} WHERE {where} ORDER BY {order}", stretch
    )
    gone = session.number(f"DELETE FROM {table} WHERE {where} AND rowid <= ?", [*stretch, newest])
    _tighten(session, table, start, end)
    return gone or 0


def loose(session: Session) -> list[tuple[str, int, int]]:
    """See Store.loose_blocks."""
    rows = session.execute("SELECT DISTINCT name, start_s, end_s FROM loose ORDER BY ALL")
    return [(name, start, end) for name, start, end in rows.fetchall()]


def _tighten(session: Session, table: str, start: int, end: int) -> None:
    """Take a stretch out of what is loose."""
    touched = [
        (low, high)
        for name, low, high in loose(session)
        if name == table and low < end and start < high
    ]
    for low, high in touched:
        session.execute(
            "DELETE FROM loose WHERE name = ? AND start_s = ? AND end_s = ?", [table, low, high]
        )
    for low, high in subtract(touched, [(start, end)]):
        session.execute("INSERT INTO loose VALUES (?, ?, ?)", [table, low, high])


def forget(session: Session, resolution: Resolution | None, before: int) -> int:
    """See Store.forget."""
    if resolution is None:
        sql, moment = "DELETE FROM trades WHERE time < ?", before * US
    else:
        sql, moment = f"DELETE FROM {table_of(resolution)} WHERE t < ?", before
    gone = session.number(sql, [moment])
    if resolution is None:
        session.execute("DELETE FROM notes WHERE kind = 'kept' AND name = 'trades'")
        session.execute("INSERT INTO notes VALUES ('kept', 'trades', ?)", [str(before)])
    else:
        session.execute(
            "UPDATE series SET kept_from = ? WHERE resolution = ?", [before, str(resolution)]
        )
    return gone or 0


def figures(session: Session) -> list[Figures]:
    """See Store.figures."""
    tables = session.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name = 'trades' "
        "OR table_name LIKE 'candles_%' ORDER BY table_name"
    ).fetchall()
    return [_figure(session, name) for (name,) in tables]


def _figure(session: Session, table: str) -> Figures:
    rows = session.number(f"SELECT count(*) FROM {table}") or 0
    blocks = session.number(
        f"SELECT count(DISTINCT block_id) FROM pragma_storage_info('{table}') WHERE persistent"
    )
    return Figures(table, rows, (blocks or 0) * BLOCK_BYTES)
