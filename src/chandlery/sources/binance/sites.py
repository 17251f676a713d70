"""Where Binance's two sites differ: addresses, paths, weights and limits. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from chandlery.sources.live.venue import VenueLimits

CONTRACT = ".P"
"""What a perpetual's market is called after its symbol."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site of the exchange, and what its requests weigh."""

    name: str
    prefix: str
    suffix: str = ""
    weight_limit: int = 6_000
    agg_trades: int = 4
    trades: int = 25
    klines: int = 2
    exchange_info: int = 20
    limits: VenueLimits = field(default_factory=VenueLimits)


SPOT = Site("binance", "/api/v3")
USDM = Site(
    "binance-usdm",
    "/fapi/v1",
    CONTRACT,
    weight_limit=2_400,
    agg_trades=20,
    trades=20,
    klines=5,
    exchange_info=1,
    limits=VenueLimits(messages_per_s=10.0, heartbeat_s=120.0),
)
