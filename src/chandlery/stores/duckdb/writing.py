"""One change, applied inside one transaction.

A statement costs about 1.5 ms, so the parts that a change does not have cost none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chandlery.core.candles import Candles, override
from chandlery.core.columns import US
from chandlery.core.delivery import Bars
from chandlery.core.trades import Trades
from chandlery.stores.blocks import block_seconds, blocks_of
from chandlery.stores.duckdb.connection import Session
from chandlery.stores.duckdb.reading import bounded
from chandlery.stores.duckdb.schema import TABLE_OF_TRADES, table_of
from chandlery.stores.store import Change, Interval, Mark, Rewrite

Block = tuple[str, int, int]

_MAY_BE_UNKNOWN = ("q", "bv")
_CANDLES = ", ".join(
    # A NaN in columns handed in is read as NULL.
    f"coalesce({name}, 'nan'::DOUBLE)" if name in _MAY_BE_UNKNOWN else name
    for name in Candles.DTYPES
)


def is_append(change: Change) -> bool:
    """Return whether a change does nothing but append trades, as nearly every commit does."""
    records = (
        change.bars,
        change.marks,
        change.cleared,
        change.positions,
        change.coverage,
        change.gaps,
    )
    rewrites = change.rewrite is not None or change.frontier is not None or len(change.erase)
    return not any(records) and not rewrites


def append(session: Session, trades: Trades) -> None:
    """Append trades."""
    session.input("input_trades", trades.columns())
    session.execute("INSERT INTO trades FROM input_trades")


def apply(session: Session, change: Change) -> None:
    """Write the parts of a change that need no knowledge of what is stored."""
    if len(change.erase):
        where, parameters = bounded(session, "time", change.erase)
        session.execute(f"DELETE FROM trades x WHERE {where}", parameters)
    if len(change.trades):
        append(session, change.trades)
    for bars in change.bars:
        _replace_bars(session, bars)
    if change.rewrite is not None:
        _rewrite(session, change.rewrite)
    if change.cleared:
        keys = ", ".join(str(int(key)) for key in change.cleared)
        session.execute(f"DELETE FROM marks WHERE key IN ({keys})")
    if change.frontier is not None:
        resolution, moment = change.frontier
        session.execute(
            "UPDATE series SET frontier = ? WHERE resolution = ?", [moment, str(resolution)]
        )
    for source, position in change.positions.items():
        session.execute("DELETE FROM positions WHERE source = ?", [source])
        session.execute("INSERT INTO positions VALUES (?, ?)", [source, position])


def _replace_bars(session: Session, bars: Bars) -> None:
    if not len(bars.candles):
        return
    table, times = table_of(bars.resolution), bars.candles.t
    session.input("input_candles", bars.candles.columns())
    session.execute(
        f"DELETE FROM {table} x WHERE t >= ? AND t <= ? AND EXISTS "
        "(SELECT 1 FROM input_candles i WHERE i.market = x.market AND i.t = x.t)",
        [int(times.min()), int(times.max())],
    )
    session.execute(f"INSERT INTO {table} SELECT {_CANDLES} FROM input_candles ORDER BY market, t")


def _rewrite(session: Session, rewrite: Rewrite) -> None:
    table = table_of(rewrite.rung)
    where, parameters = bounded(session, "t", rewrite.scope)
    session.execute(f"DELETE FROM {table} x WHERE {where} AND NOT given", parameters)
    if len(rewrite.candles):
        made = override(rewrite.candles, _given(session, rewrite))
        session.input("input_candles", made.take(~made.given).columns())
        session.execute(f"INSERT INTO {table} SELECT {_CANDLES} FROM input_candles")


def _given(session: Session, rewrite: Rewrite) -> Candles:
    """Return the given bars about the time of those made: they stay, whatever was made."""
    times = rewrite.candles.t
    names, table = ", ".join(Candles.DTYPES), table_of(rewrite.rung)
    sql = f"SELECT {names} FROM {table} WHERE t >= ? AND t <= ? AND given"
    return Candles(**session.columns(sql, [int(times.min()), int(times.max())]))


def write_marks(session: Session, marks: Sequence[Mark]) -> None:
    """Write marks, each with its key."""
    for rung in {mark.rung for mark in marks}:
        rows = [(m.key, m.market, m.start, m.end) for m in marks if m.rung == rung]
        table = np.array(rows, dtype=np.int64).T
        session.input("input_marks", dict(zip(("key", "market", "s", "e"), table, strict=True)))
        session.execute(
            "INSERT INTO marks SELECT key, market, ?, s, e FROM input_marks", [str(rung)]
        )


def touched(change: Change) -> set[Block]:
    """Return the blocks in which a change leaves rows out of order."""
    blocks: set[Block] = set()
    if len(change.trades):
        length = block_seconds(None)
        blocks |= {(TABLE_OF_TRADES, *b) for b in blocks_of(change.trades.time // US, length)}
    for bars in change.bars:
        length = block_seconds(bars.resolution)
        blocks |= {(table_of(bars.resolution), *b) for b in blocks_of(bars.candles.t, length)}
    if (rewrite := change.rewrite) is not None:
        length = block_seconds(rewrite.rung)
        blocks |= {
            (table_of(rewrite.rung), start, end)
            for start, end in blocks_of(rewrite.candles.t, length)
            if not _covers(rewrite, start, end)
        }
    return blocks


def _covers(rewrite: Rewrite, start: int, end: int) -> bool:
    """Say whether a rewrite made a whole block anew: then it is one sorted run."""
    scope = rewrite.scope
    return isinstance(scope, Interval) and scope.start <= start and end <= scope.end


def write_loose(session: Session, blocks: set[Block]) -> None:
    """Note blocks as out of order."""
    for block in sorted(blocks):
        session.execute("INSERT INTO loose VALUES (?, ?, ?)", list(block))
