"""Chandlery keeps candles: trades go in, exact candles at every resolution come out."""

__version__ = "0.1.0"
