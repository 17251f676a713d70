"""OKX's parser against a recording of `trades`, and of the lists of instruments."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict

import pytest

from chandlery.sources.live.asking import Request
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.venue import TradeEvent
from chandlery.sources.okx.rest import OkxRest
from chandlery.sources.okx.venue import Okx
from tests.recorded.recordings import recording
from tests.sources.hostile import Canned, events

pytestmark = pytest.mark.recorded


def instruments() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with gzip.open(recording("other-exchanges", "OKX.0.gz"), "rt") as lines:
        for line in lines:
            head, _, body = line.partition(": {")
            if "instType=" in head and "->" in head:
                kind = head.split("instType=")[1].split(" ")[0].split("&")[0]
                found.setdefault(kind, f"{{{body}".encode())
    return found


async def test_recorded_trades_are_read_in_base_units() -> None:
    listed = instruments()

    def answer(request: Request) -> bytes:
        return listed[request.query["instType"]]

    lots: dict[str, Lot] = {}
    rest = OkxRest(Canned({"/api/v5/public/instruments": answer}), lots)
    known = await rest.listed(["BTC-USDT", "UNI-USD-SWAP", "BTC-USD-220527"])
    assert set(known.markets) == {"BTC-USDT", "UNI-USD-SWAP", "BTC-USD-220527"}
    assert lots["BTC-USD-220527"] == Lot(100.0, is_inverse=True)

    ids: dict[str, list[int]] = defaultdict(list)
    told = 0
    with gzip.open(recording("other-exchanges", "OKX.ws.1.0.gz"), "rt") as lines:
        for line in lines:
            frame = line.split(": ", 1)[-1].rstrip("\n")
            if '"trades"' in frame and frame.startswith('{"arg"'):
                told += len(json.loads(frame)["data"])
            if frame.startswith("{") and "<-" not in line.split("{")[0]:
                for event in events(Okx(lots=lots), frame):
                    if isinstance(event, TradeEvent) and isinstance(event.id, int):
                        ids[event.symbol].append(event.id)
    assert sum(len(found) for found in ids.values()) == told > 20
    assert all(found == list(range(found[0], found[-1] + 1)) for found in ids.values())
