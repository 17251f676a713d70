"""Coinbase: the trades of the Exchange feed, or of Advanced Trade's."""
