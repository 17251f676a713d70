"""OKX: every public trade of spot, swaps and futures."""
