"""`/history` as one would write it by hand: `python -m benchmarks.serving_fastapi <file> <port>`.

FastAPI and orjson over a sorted DuckDB table, on uvicorn with uvloop and httptools, one process.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import orjson
import uvicorn
from fastapi import FastAPI, Response

COLUMNS = "SELECT t, o, h, l, c, v FROM candles WHERE symbol = ? AND resolution = ? AND t < ?"
BARS = f"{COLUMNS} AND t >= ? ORDER BY t DESC LIMIT ?"
NEAR = 4
"""How many times the stretch of bars without a gap is searched first: zone maps then help."""
SECONDS = {"1": 60}


def copied(store: Path, path: Path) -> Path:
    """Copy the minute bars of a store into a table of their own, sorted; return its file."""
    path.unlink(missing_ok=True)
    con = duckdb.connect(str(path))
    con.execute(f"ATTACH '{store}' AS store (READ_ONLY)")
    con.execute(
        "CREATE TABLE candles AS SELECT m.symbol, '1' AS resolution, t, o, h, l, c, v "
        "FROM store.candles_1m JOIN store.markets m ON m.number = market ORDER BY m.symbol, t"
    )
    con.close()
    return path


def application(path: Path) -> FastAPI:
    """Return the application: one connection, a cursor a request."""
    con = duckdb.connect(str(path), read_only=True, config={"threads": 1})
    app = FastAPI()

    # A query takes less than what handing it to a thread costs.
    @app.get("/history")
    async def history(symbol: str, resolution: str, to: int, countback: int) -> Response:
        cursor, start = con.cursor(), to - NEAR * countback * SECONDS[resolution]
        found = cursor.execute(BARS, [symbol, resolution, to, start, countback]).fetchnumpy()
        if len(found["t"]) < countback:
            found = cursor.execute(BARS, [symbol, resolution, to, 0, countback]).fetchnumpy()
        body: dict[str, Any] = {"s": "ok"}
        body |= {name: column[::-1].copy() for name, column in found.items()}
        text = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
        return Response(text, media_type="application/json")

    return app


def main(path: Path, port: int) -> None:
    """Serve until killed."""
    uvicorn.run(
        application(path),
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
