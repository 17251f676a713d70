"""Kraken's spot markets: public trades."""
