"""Where trades and candles are kept: the `Store` protocol and the values it speaks in."""

from chandlery.stores.store import (
    Change,
    Figures,
    Interval,
    Mark,
    Ranges,
    Rewrite,
    Scope,
    Series,
    Store,
)

__all__ = [
    "Change",
    "Figures",
    "Interval",
    "Mark",
    "Ranges",
    "Rewrite",
    "Scope",
    "Series",
    "Store",
]
