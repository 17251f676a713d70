"""Push a few trades of a market: python push.py [ADDRESS] [SYMBOL].

Run it twice: the second time every trade is a duplicate, because each has an id.
"""

import os
import sys
import time

from chandlery.client import Client, NewTrade

address = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
symbol = sys.argv[2] if len(sys.argv) > 2 else "MY:COIN"

minute_us = int(time.time()) // 60 * 60 * 1_000_000
trades = [
    NewTrade(symbol, minute_us - n * 1_000_000, 100 + n / 10, 0.5, "buy", f"example-{n}")
    for n in range(120)
]

with Client(address, os.environ.get("CHANDLERY_KEY")) as client:
    pushed = client.push(trades)
    print(f"{pushed.accepted} accepted, {pushed.duplicate} were there already")
    for refused in pushed.rejected:
        print(f"trade {refused.index}: {refused.reason}")
    for bar in client.candles(symbol, "1m", limit=3):
        print(bar.t, bar.o, bar.h, bar.l, bar.c, bar.v)
