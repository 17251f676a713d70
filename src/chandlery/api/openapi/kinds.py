"""Parameters of endpoints that read them by themselves: only described here, never read."""

from __future__ import annotations

from typing import Any

from chandlery.api.parameters import Parameter


def said(
    name: str, about: str, example: str, *, needed: bool = True, **schema: Any
) -> Parameter[str]:
    """Return a parameter that is described; a text unless the schema says otherwise."""
    return Parameter(
        name=name,
        help=about,
        read=str,
        schema={"type": "string", "maxLength": 256} | schema,
        example=example,
        is_required=needed,
    )


def number(name: str, about: str, example: int, *, needed: bool = True) -> Parameter[str]:
    """Return a parameter that is a whole number."""
    return said(name, about, str(example), needed=needed, type="integer")


SYMBOL = said(
    "symbol", "The market: `EXCHANGE:NAME`, or a name that only one has.", "BINANCE:BTCUSDT"
)
