"""What a made-up market is like: its price, how it moves, and how much is traded. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chandlery.core.errors import UsageError
from chandlery.core.market import Market, split_symbol

ZIPF_EXPONENT = 1.0


@dataclass(frozen=True, slots=True)
class MarketSpec:
    """A made-up market. Prices are multiples of `tick`, sizes of `size_step`.

    `daily_volatility` is the standard deviation of a day's log return; `weight` the market's
    share of activity beside the others'.
    """

    symbol: str
    start_price: float
    daily_volatility: float = 0.03
    tick: float = 0.01
    size_step: float = 0.0001
    median_size: float = 0.01
    size_spread: float = 1.2
    weight: float = 1.0
    kind: str = "crypto"
    description: str = "Made up"

    def __post_init__(self) -> None:
        for name in ("start_price", "tick", "size_step", "median_size", "weight"):
            value = getattr(self, name)
            if not 0 < value < float("inf"):
                message = f"{self.symbol}: {name} is {value!r}, expected a positive number"
                raise UsageError(message)

    @property
    def market(self) -> Market:
        """The market to register, quoted in dollars."""
        name = split_symbol(self.symbol)[1]
        return Market.of(
            self.symbol, base=name, quote="USD", type=self.kind, description=self.description
        )


DEMO = (
    MarketSpec(
        "DEMO:GOLD",
        2650.0,
        daily_volatility=0.011,
        size_step=0.001,
        median_size=0.25,
        kind="commodity",
        description="Gold, made up",
    ),
    MarketSpec(
        "DEMO:BTC",
        64_000.0,
        daily_volatility=0.028,
        size_step=1e-5,
        median_size=0.008,
        description="Bitcoin, made up",
    ),
    MarketSpec(
        "DEMO:ETH",
        2600.0,
        daily_volatility=0.037,
        size_step=0.0001,
        median_size=0.15,
        description="Ether, made up",
    ),
)
"""The three markets of the demo."""


def many(count: int, seed: int = 0) -> tuple[MarketSpec, ...]:
    """Return any number of markets with Zipf activity, the first the most active.

    Prices run from 1e-8 to 1e5, each with four or five digits above its tick.
    """
    random = np.random.default_rng([seed, count])
    prices = 10.0 ** random.uniform(-8, 5, count)
    volatilities = random.uniform(0.02, 0.09, count)
    digits = random.integers(4, 6, count)
    values = 100.0 * 10.0 ** random.uniform(-0.5, 1.0, count)
    return tuple(
        MarketSpec(
            symbol=f"SYN:M{row + 1:05d}",
            start_price=float(prices[row]),
            daily_volatility=float(volatilities[row]),
            tick=_power_of_ten(prices[row], int(digits[row])),
            size_step=_power_of_ten(values[row] / prices[row], 3),
            median_size=float(values[row] / prices[row]),
            weight=float((row + 1.0) ** -ZIPF_EXPONENT),
        )
        for row in range(count)
    )


def _power_of_ten(value: float, digits: int) -> float:
    """Return the power of ten that leaves so many digits above it in the value."""
    return float(f"1e{int(np.floor(np.log10(value))) - digits}")
