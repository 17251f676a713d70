"""The names that files give to our fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chandlery.core.errors import InputError

TRADE_FIELDS = ("time", "price", "size", "side", "maker", "id", "market")
BAR_FIELDS = ("time", "o", "h", "l", "c", "q", "n", "bv", "v", "market")
NEEDED = {"trades": ("time", "price", "size"), "bars": ("time", "o", "h", "l", "c")}

_TIMES = (
    "time timestamp ts datetime date unix unixtime epoch transacttime tradetime executedat "
    "createdat opentime"
)

# For each field the groups of names to look for, best first. A name of one letter is looked for
# in its own case (`=T`) before in any; `^` begins a prefix.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "time": (_TIMES, "=T", "=E", "t"),
    "price": ("price px rate tradeprice executionprice", "p"),
    "size": ("size qty quantity amount volume sz vol baseqty basequantity baseamount", "q"),
    "side": ("side takerside tradeside direction aggressorside",),
    "maker": ("buyermaker isbuyermaker isbuyerthemaker", "=m"),
    "id": ("tradeid aggtradeid aggid tid execid", "id", "=a", "=t", "a t"),
    "market": ("market symbol pair instrument ticker", "productid instid"),
    "o": ("open openprice", "o"),
    "h": ("high highprice", "h"),
    "l": ("low lowprice", "l"),
    "c": ("close closeprice", "c"),
    "q": ("quotevolume quoteassetvolume quotevol quoteqty quoteamount turnover", "=q"),
    "n": ("count trades tradecount tradescount numberoftrades numtrades", "=n"),
    "bv": ("takerbuyvolume takerbuybasevolume takerbuybaseassetvolume takerbuybase", "bv"),
    "v": ("volume vol basevolume baseassetvolume", "v", "^volume"),
}
_SPOKEN: Mapping[str, str] = {
    "open": "o",
    "high": "h",
    "low": "l",
    "close": "c",
    "volume": "v",
    "quotevolume": "q",
    "count": "n",
    "trades": "n",
    "takerbuyvolume": "bv",
    "symbol": "market",
    "qty": "size",
    "buyermaker": "maker",
    "isbuyermaker": "maker",
}
"""Other spellings of our fields in `--columns`."""


def plain(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def field_named(text: str) -> str:
    """Return the field that the left side of a `--columns` entry means."""
    name = plain(text)
    name = _SPOKEN.get(name, name)
    if name not in _NAMES:
        message = f"unknown field {text!r} in the columns option"
        trades, bars = ", ".join(TRADE_FIELDS), "time, open, high, low, close, volume, market"
        raise InputError(message, hint=f"trades have {trades}; bars have {bars}")
    return name


def find(fields: Sequence[str], names: Sequence[str], taken: Mapping[str, int]) -> dict[str, int]:
    """Return the column of each field that the names tell, and of those already taken."""
    found = dict(taken)
    for field in fields:
        if field in found:
            continue
        column = _column(field, names, set(found.values()))
        if column is not None:
            found[field] = column
    return found


def knows(name: str) -> bool:
    """Return whether a name of more than one letter means one of our fields."""
    word = plain(name)
    return len(word) > 1 and any(
        word in group.split() for groups in _NAMES.values() for group in groups
    )


def _column(field: str, names: Sequence[str], taken: set[int]) -> int | None:
    for group in _NAMES[field]:
        columns = [
            column
            for column, name in enumerate(names)
            if column not in taken and _is_in(name, group)
        ]
        if len(columns) > 1:
            some = ", ".join(names[column] for column in columns)
            message = f"more than one column could be the {field}: {some}"
            raise InputError(message, hint=f"name it: --columns {field}={names[columns[0]]}")
        if columns:
            return columns[0]
    return None


def _is_in(name: str, group: str) -> bool:
    if group.startswith("="):
        return name.strip() == group[1:]
    if group.startswith("^"):
        return plain(name).startswith(group[1:])
    return plain(name) in group.split()
