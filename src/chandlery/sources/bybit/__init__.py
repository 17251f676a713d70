"""Bybit: the public trades of spot, linear and inverse markets."""
