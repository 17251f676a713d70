"""How a venue's symbols are shared out among connections and messages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from chandlery.sources.live.venue import Plan

Texts = Callable[[Sequence[str]], Sequence[object]]
"""Return the messages, each to become JSON, that subscribe to symbols."""


def shared_out(url: str, symbols: Sequence[str], most: int, texts: Texts) -> list[Plan]:
    """Return a plan for each connection, of at most `most` different symbols, in their order."""
    distinct = list(dict.fromkeys(symbols))
    return [
        Plan(
            url,
            tuple(msgspec.json.encode(text).decode() for text in texts(part)),
            tuple(part),
        )
        for part in parts(distinct, most)
    ]


def parts(symbols: Sequence[str], most: int) -> list[Sequence[str]]:
    """Return the symbols in parts of at most `most`."""
    return [symbols[start : start + most] for start in range(0, len(symbols), most)]
