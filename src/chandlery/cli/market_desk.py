"""Where markets are edited and filtered, here or at a server."""

from __future__ import annotations

from typing import Any, Protocol

from chandlery.clock import SystemClock
from chandlery.core.filters import Rule
from chandlery.engine.editing import (
    MarketEdit,
    add_market,
    edit_market,
    market_row,
    market_rows,
)
from chandlery.engine.engine import Engine
from chandlery.engine.filters import FilterRow, filter_of, filter_rows, set_rule


class MarketDesk(Protocol):
    """Edits markets, and says which of their trades count."""

    def all(self, query: str) -> list[dict[str, Any]]:
        """Return all that is known of the markets that fit, hidden ones too."""
        ...

    def add(self, symbol: str, edit: MarketEdit) -> dict[str, Any]:
        """Make a market; return what is known of it."""
        ...

    def edit(self, symbol: str, edit: MarketEdit) -> dict[str, Any]:
        """Change a market; return what is known of it."""
        ...

    def filters(self) -> list[FilterRow]:
        """Return the rules by which trades are left out."""
        ...

    def set_filter(self, symbol: str, rule: Rule | None) -> FilterRow:
        """Give a market a rule of its own, or take it away; return what holds then."""
        ...


class LocalMarkets:
    """See MarketDesk. The directory is open in this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, query: str) -> list[dict[str, Any]]:
        """See MarketDesk.all."""
        return market_rows(self._engine, query)

    def add(self, symbol: str, edit: MarketEdit) -> dict[str, Any]:
        """See MarketDesk.add."""
        market = add_market(self._engine, symbol, edit)
        return market_row(self._engine, self._engine.registry.number(market.symbol))

    def edit(self, symbol: str, edit: MarketEdit) -> dict[str, Any]:
        """See MarketDesk.edit."""
        number = self._engine.registry.number(symbol)
        edit_market(self._engine, SystemClock(), number, edit)
        return market_row(self._engine, number)

    def filters(self) -> list[FilterRow]:
        """See MarketDesk.filters."""
        return filter_rows(self._engine)

    def set_filter(self, symbol: str, rule: Rule | None) -> FilterRow:
        """See MarketDesk.set_filter."""
        number = self._engine.registry.number(symbol)
        set_rule(self._engine, number, rule)
        return filter_of(self._engine, number)
