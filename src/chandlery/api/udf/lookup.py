"""The market that a chart means by a symbol: `EXCHANGE:NAME`, or the name if it is unique."""

from __future__ import annotations

from chandlery.core.errors import UnknownMarketError
from chandlery.core.market import Market, split_symbol
from chandlery.engine.registry import Registry
from chandlery.engine.server import Server

NO_EXCHANGE = "CHANDLERY"
"""What stands for the exchange of markets that have none: charts refuse an empty one."""
MOST_NAMESAKES = 100


def exchange_of(market: Market) -> str:
    """Return the exchange that charts are shown."""
    return market.exchange or NO_EXCHANGE


async def number_of(server: Server, symbol: str) -> int:
    """Return the number of the market of a symbol, in any case."""
    number = server.engine.registry.known(symbol)
    if number is None:
        number = await server.ask(lambda: _by_name(server.engine.registry, symbol))
    if number is None:
        message = f"no market '{symbol}' here"
        raise UnknownMarketError(message)
    return number


def _by_name(registry: Registry, symbol: str) -> int | None:
    exchange, name = split_symbol(symbol.strip())
    fits = _called(registry, symbol.strip()) or [
        market
        for market in _called(registry, name)
        if exchange_of(market).casefold() == exchange.casefold()
    ]
    return registry.known(fits[0].symbol) if len(fits) == 1 else None


def _called(registry: Registry, name: str) -> list[Market]:
    """Return the markets of a name, whatever their exchange."""
    found = registry.search(name, MOST_NAMESAKES) if name else []
    return [market for market in found if market.name.casefold() == name.casefold()]
