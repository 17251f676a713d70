"""Keep a table of the newest bars current: python stream.py [ADDRESS] [SYMBOL] [UPDATES].

It goes on where it was when the connection is lost or the server is started anew.
"""

import asyncio
import os
import sys
from contextlib import aclosing

from chandlery.client import AsyncClient, CandleTable, Lost

address = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
symbol = sys.argv[2] if len(sys.argv) > 2 else "MY:COIN"
updates = int(sys.argv[3]) if len(sys.argv) > 3 else None


async def main() -> None:
    table, seen = CandleTable(symbol, "1m", bars=100), 0
    async with (
        AsyncClient(address, os.environ.get("CHANDLERY_KEY")) as client,
        aclosing(client.stream([table.feed()])) as events,
    ):
        async for event in events:
            if isinstance(event, Lost):
                print(f"{event.reason}; again in {event.pause_s:.1f} s", file=sys.stderr)
            elif table.apply(event):
                for bar in table.rows()[-1:]:
                    print(f"{len(table)} bars, the last at {bar.t}: {bar.c} ({bar.n} trades)")
                seen += 1
                if seen == updates:
                    return


asyncio.run(main())
