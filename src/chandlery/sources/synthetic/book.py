"""The made-up markets as parallel columns, with the exact rounding of prices and sizes. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

import msgspec
import numpy as np

from chandlery.core.columns import Floats, Int32s, Int64s
from chandlery.core.errors import UsageError
from chandlery.sources.synthetic.market_spec import MarketSpec


@dataclass(frozen=True, slots=True)
class Lattice:
    """Multiples of one decimal step a market, each the float nearest to the exact decimal."""

    step: Floats
    multiplier: Floats
    divisor: Floats

    @classmethod
    def of(cls, steps: Sequence[float]) -> Self:
        """Build it from the steps, read as the decimals they print as."""
        exact = [Decimal(repr(step)).normalize() for step in steps]
        exponents = [min(int(step.as_tuple().exponent), 0) for step in exact]
        digits = [step.scaleb(-power) for step, power in zip(exact, exponents, strict=True)]
        return cls(
            step=np.array(steps, dtype=np.float64),
            multiplier=np.array([float(value) for value in digits]),
            divisor=np.array([float(Decimal(10) ** -power) for power in exponents]),
        )

    def round(self, rows: Int64s, values: Floats, add: Int64s | int = 0) -> Floats:
        """Return the nearest multiples, `add` steps further, and never less than one step."""
        multiples = np.maximum(np.rint(values / self.step[rows]) + add, 1)
        # Whole numbers and powers of ten up to 1e22 are exact, so this rounds only once.
        rounded: Floats = multiples * self.multiplier[rows] / self.divisor[rows]
        return rounded


@dataclass(frozen=True, slots=True)
class Book:
    """The markets as columns. `number` is the store's of each; `digest` tells specs apart."""

    symbols: tuple[str, ...]
    digest: str
    number: Int32s
    start_price: Floats
    daily_volatility: Floats
    log_size: Floats
    size_spread: Floats
    weight: Floats
    price_lattice: Lattice
    size_lattice: Lattice

    @classmethod
    def of(cls, specs: Sequence[MarketSpec], numbers: Sequence[int]) -> Self:
        """Build it from the markets and the number of each."""
        if len(specs) != len(numbers) or not specs:
            message = f"a number for each market expected, found {len(numbers)} for {len(specs)}"
            raise UsageError(message)
        if len(set(numbers)) < len(numbers) or len({spec.symbol for spec in specs}) < len(specs):
            message = "different markets expected, found a symbol or a number twice"
            raise UsageError(message)

        def column(name: str) -> Floats:
            return np.array([getattr(spec, name) for spec in specs], dtype=np.float64)

        return cls(
            symbols=tuple(spec.symbol for spec in specs),
            digest=hashlib.blake2b(msgspec.json.encode(specs), digest_size=8).hexdigest(),
            number=np.array(numbers, dtype=np.int32),
            start_price=column("start_price"),
            daily_volatility=column("daily_volatility"),
            log_size=np.log(column("median_size")),
            size_spread=column("size_spread"),
            weight=column("weight"),
            price_lattice=Lattice.of([spec.tick for spec in specs]),
            size_lattice=Lattice.of([spec.size_step for spec in specs]),
        )

    def __len__(self) -> int:
        return len(self.number)

    def prices(self, rows: Int64s, values: Floats, ticks: Int64s) -> Floats:
        """Return prices rounded to the ticks of their markets, and moved by so many ticks."""
        return self.price_lattice.round(rows, values, ticks)

    def sizes(self, rows: Int64s, deviates: Floats) -> Floats:
        """Return lognormal sizes for standard normal deviates, rounded to the size steps."""
        values = np.exp(self.log_size[rows] + self.size_spread[rows] * deviates)
        return self.size_lattice.round(rows, values)
