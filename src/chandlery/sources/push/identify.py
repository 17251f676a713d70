"""From rows to trades: ids for those that bring none, and their places in their instant. Pure."""

from __future__ import annotations

import numpy as np

from chandlery.core.columns import Int32s, Int64s
from chandlery.core.identity import content_ids, content_keys, earlier_equals, mix
from chandlery.core.trades import Trades
from chandlery.sources.push.parsed import Rows


def trades_of(rows: Rows, market: Int32s) -> Trades:
    """Return the trades of rows whose markets are known.

    A row without an id gets that of an imported one: what it is, and how many equal to it come
    before it in the same push; its sequence, if it has one, is part of what it is.
    """
    sequence, identity = rows.sequence, rows.id
    if not rows.is_ordered.all():
        sequence = np.where(rows.is_ordered, sequence, _places(rows, market))
    trades = plain_trades(rows, market, sequence)
    if rows.is_named.all():
        return trades
    keys = content_keys(trades)
    if rows.is_numbered.any():
        # Mixed before it goes in: `key ^ 1` may be `key + 1`, which is the second of two equals.
        numbered = mix(keys ^ mix(rows.sequence.view(np.uint64)))
        keys = np.where(rows.is_numbered, numbered, keys)
    # Rows with ids are no equals of those without.
    apart = mix(market.astype(np.uint64) << np.uint64(1) | rows.is_named.astype(np.uint64))
    made = content_ids(keys, earlier_equals(keys ^ apart))
    return plain_trades(rows, market, sequence, np.where(rows.is_named, identity, made))


def plain_trades(
    rows: Rows, market: Int32s, sequence: Int64s, identity: Int64s | None = None
) -> Trades:
    """Return rows as trades."""
    return Trades(
        market=market,
        time=rows.time,
        price=rows.price,
        size=rows.size,
        side=rows.side,
        sequence=sequence,
        id=rows.id if identity is None else identity,
    )


def _places(rows: Rows, market: Int32s) -> Int64s:
    """Return how many rows of the same instant come before each."""
    return earlier_equals(mix(rows.time.view(np.uint64)) ^ mix(market.astype(np.uint64)))
