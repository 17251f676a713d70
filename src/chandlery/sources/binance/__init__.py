"""Binance: spot and USD-M futures, live and afterwards."""
