"""Where the recordings lie, and how they are read: straight, not with the code under test."""

from __future__ import annotations

import gzip
import os
import tarfile
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from chandlery.core.candles import Candles
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, Trades

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("CHANDLERY_TEST_DATA") or ROOT.parent / "shared" / "data")
USDM_STREAM = "usdm_btcusdt_trade_20240808.jsonl.gz"
STREAMS = ("btcusdt_trade_20240808.jsonl.gz", "btcusdt_trade_20240809.jsonl.gz")


class Trade(msgspec.Struct):
    """The fields of a trade that are looked at."""

    t: int
    p: str
    q: str
    T: int
    m: bool


class Frame(msgspec.Struct):
    """One message of the combined stream."""

    data: Trade


def recording(*names: str) -> Path:
    """Return the path of a recording; skip the test if it is not there."""
    path = FOLDER.joinpath(*names)
    if not path.exists():
        pytest.skip(f"{path} is not there: CHANDLERY_TEST_DATA names the folder of the recordings")
    return path


@cache
def klines() -> dict[Resolution, Candles]:
    """Return the exchange's own bars of BTCUSDT at every interval, as a source would give them."""
    rows: dict[str, list[list[str | int]]] = {}
    with tarfile.open(recording("binance", "klines", "BTCUSDT.tar.xz")) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            if file is not None:
                interval = Path(member.name).parent.name
                rows.setdefault(interval, []).extend(msgspec.json.decode(file.read()))
    return {Resolution.parse(text): _bars(of) for text, of in rows.items()}


def _bars(rows: list[list[str | int]]) -> Candles:
    table = np.array(rows, dtype=np.float64)
    _, first = np.unique(table[:, 0], return_index=True)
    opened, o, h, low, c, v, _, q, n, bv = table[first, :10].T
    return Candles.of(
        market=np.zeros(len(first)),
        t=opened // 1_000,
        o=o,
        h=h,
        l=low,
        c=c,
        v=v,
        q=q,
        n=n,
        bv=bv,
        given=np.ones(len(first), dtype=np.bool_),
    )


@cache
def stream(*names: str) -> Trades:
    """Return the trades of recordings, the two days of spot as a rule, as they came."""
    decode, found = msgspec.json.Decoder(Frame).decode, list[Trade]()
    for name in names or STREAMS:
        with gzip.open(recording("binance", "streams", name)) as lines:
            found += (decode(line.split(b" ", 1)[1]).data for line in lines)
    return Trades.of(
        market=[0] * len(found),
        time=[trade.T * 1_000 for trade in found],
        price=[float(trade.p) for trade in found],
        size=[float(trade.q) for trade in found],
        side=[SELL if trade.m else BUY for trade in found],
        sequence=[trade.t for trade in found],
        id=[trade.t for trade in found],
    )
