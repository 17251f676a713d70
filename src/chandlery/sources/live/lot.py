"""What one unit of a market's size is worth in base units. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lot:
    """The size that trades are counted in: `value` base units, or quote units if inverse.

    Spot counts in base units; a linear contract is worth `value` of the base, an inverse one
    `value` of the quote.
    """

    value: float = 1.0
    is_inverse: bool = False

    def base(self, size: float, price: float) -> float:
        """Return a size in base units; at a price that is not positive an inverse one is zero."""
        if not self.is_inverse:
            return size * self.value
        return size * self.value / price if price > 0 else 0.0


SPOT = Lot()
DOLLAR = Lot(is_inverse=True)
