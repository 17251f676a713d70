"""The pure heart: columns of trades and candles, time grids, markets. No clock, no I/O."""
