"""Markets added and edited by hand. Calls block."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chandlery.core.clock import Clock
from chandlery.core.errors import UsageError
from chandlery.core.market import Market
from chandlery.core.precision import (
    MOST_DECIMALS,
    MOST_VOLUME_DECIMALS,
    price_scale_of,
    volume_precision_of,
)
from chandlery.engine.chores import turn
from chandlery.engine.engine import Engine

MOST_DESCRIBED, MOST_TYPE = 256, 32
SCALES = tuple(10**decimals for decimals in range(MOST_DECIMALS + 1))
DERIVED_FROM = 1_000
"""Trades whose prices and sizes tell how a market's numbers are shown."""


class MarketEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is set of a market; None takes back what was set before."""

    description: str | UnsetType | None = UNSET
    type: str | UnsetType | None = UNSET
    session: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    price_scale: int | UnsetType | None = UNSET
    volume_precision: int | UnsetType | None = UNSET
    hidden: bool | UnsetType = UNSET

    def said(self) -> dict[str, Any]:
        """Return what is said of which field."""
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in found.items() if value is not UNSET}


def add_market(engine: Engine, symbol: str, edit: MarketEdit) -> Market:
    """Make a market that nothing has delivered yet."""
    said = {name: value for name, value in edit.said().items() if value is not None}
    _check(said)
    market = Market.of(symbol, **said)
    market = replace(market, edited=_edited((), said))
    if engine.registry.known(market.symbol) is not None:
        message = f"there is a market {market.symbol} already"
        raise UsageError(message, hint="edit it instead")
    engine.registry.add([market])
    engine.registry.flush()
    return market


def edit_market(engine: Engine, clock: Clock, number: int, edit: MarketEdit) -> bool:
    """Change what is known of a market; return whether its bars begin at other moments now.

    Then all of them are right at once, and made again by the next roll-ups.
    """
    said = edit.said()
    _check({name: value for name, value in said.items() if value is not None})
    values = _values(engine, number, said)

    def edited(old: Market) -> Market:
        return replace(old, **values, edited=_edited(old.edited, said))

    old = engine.registry.market(number)
    if edited(old).calendar == old.calendar:
        engine.registry.change(number, edited)
        return False
    with turn(engine, clock):
        engine.recorder.realign(number, lambda: engine.registry.change(number, edited))
    return True


def _edited(before: tuple[str, ...], said: dict[str, Any]) -> tuple[str, ...]:
    """Return which fields are set by hand now; whether a market is hidden always is."""
    kept = set(before) - {name for name, value in said.items() if value is None}
    new = {name for name, value in said.items() if value is not None}
    return tuple(sorted(kept | new))


def _values(engine: Engine, number: int, said: dict[str, Any]) -> dict[str, Any]:
    """Return the new values; what is taken back is as if nobody had ever set it."""
    taken_back = [name for name, value in said.items() if value is None]
    known = Market.of(engine.registry.market(number).symbol)
    values = said | {name: getattr(known, name) for name in taken_back}
    derived = {"price_scale": price_scale_of, "volume_precision": volume_precision_of}
    if any(name in derived for name in taken_back):
        trades = engine.history.newest_trades(number, DERIVED_FROM)
        columns = {"price_scale": trades.price, "volume_precision": trades.size}
        values |= {n: derive(columns[n]) for n, derive in derived.items() if n in taken_back}
    return values


def _check(said: dict[str, Any]) -> None:
    """Refuse what cannot be; sessions and time zones are looked at by Market."""
    for name, most in (("description", MOST_DESCRIBED), ("type", MOST_TYPE)):
        text = said.get(name, "")
        if len(text) > most or not (text.isprintable() or not text):
            message = f"{name}: a text of at most {most} printable characters expected"
            raise UsageError(message)
    if "type" in said and not said["type"].strip():
        message = "type: a word such as crypto, stock or forex expected, found nothing"
        raise UsageError(message)
    if said.get("price_scale", 1) not in SCALES:
        message = (
            f"price_scale: a power of ten from 1 to 1e16 expected, found {said['price_scale']}"
        )
        raise UsageError(message, hint="100 shows two decimals")
    if not 0 <= said.get("volume_precision", 0) <= MOST_VOLUME_DECIMALS:
        message = f"volume_precision: 0 to {MOST_VOLUME_DECIMALS} decimals expected"
        raise UsageError(message)


def market_row(engine: Engine, number: int) -> dict[str, Any]:
    """Return all that is known of a market, as it is shown to who may edit it."""
    market = engine.registry.market(number)
    return {field.name: getattr(market, field.name) for field in fields(Market)}


def market_rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    """Return every market a part of whose symbol or description a text is, hidden ones too."""
    wanted = query.strip().casefold()
    return [
        market_row(engine, number)
        for number, market in enumerate(engine.registry.markets())
        if wanted in f"{market.symbol} {market.description}".casefold()
    ]
