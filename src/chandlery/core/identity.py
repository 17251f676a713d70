"""Ids of trades that come without any: made from what they are, the same at every import.

The id of a trade is a hash of its time, price, size and side, and of how many trades equal to it
come before it in its file or push; so sending it again doubles nothing, and two equal trades stay
two. The hash is fixed for ever: stored ids depend on it.

    key = mix(mix(mix(time << 2 | side + 1) ^ bits(price)) ^ bits(size))
    id  = (key if ordinal is 0 else mix(key + ordinal)) with the sign bit set

`mix` is the finaliser of splitmix64, `bits` the IEEE 754 pattern.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chandlery.core.columns import Int64s, starts_of_runs
from chandlery.core.trades import Trades

Keys: TypeAlias = NDArray[np.uint64]

_PIECE = 32_768
"""Rows mixed at a time: a piece stays in the processor's cache (2 times faster than all)."""
_SIGN = np.uint64(1 << 63)


def mix(keys: Keys) -> Keys:
    """Return splitmix64 of each key: every bit of the result depends on every bit of the key."""
    mixed = keys + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def content_keys(trades: Trades) -> Keys:
    """Return a key of each trade's time, price, size and side."""
    keys: Keys = np.empty(len(trades), dtype=np.uint64)
    for start in range(0, len(trades), _PIECE):
        piece = slice(start, start + _PIECE)
        moment = (trades.time[piece] << 2) + (trades.side[piece] + 1)
        mixed = mix(moment.view(np.uint64))
        mixed = mix(mixed ^ np.ascontiguousarray(trades.price[piece]).view(np.uint64))
        keys[piece] = mix(mixed ^ np.ascontiguousarray(trades.size[piece]).view(np.uint64))
    return keys


def content_ids(keys: Keys, ordinals: Int64s) -> Int64s:
    """Return the negative ids of keys, each the `ordinal`-th of its equals."""
    again = np.flatnonzero(ordinals)
    if len(again):
        keys = keys.copy()
        keys[again] = mix(keys[again] + ordinals[again].astype(np.uint64))
    return (keys | _SIGN).view(np.int64)


def earlier_equals(keys: Keys) -> Int64s:
    """Return how many equal keys come before each key."""
    counts = np.zeros(len(keys), dtype=np.int64)
    ordered = np.sort(keys)
    twins = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(twins):
        return counts
    rows = np.flatnonzero(np.isin(keys, twins))
    order = np.argsort(keys[rows], kind="stable")
    first = starts_of_runs(keys[rows][order])
    lengths = np.diff(np.append(first, len(rows)))
    counts[rows[order]] = np.arange(len(rows)) - np.repeat(first, lengths)
    return counts
