"""Hyperliquid: public trades and candles."""
