"""The same bar everywhere: every surface prints the same numbers for the same trades."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.api.websocket.topics import Topic
from chandlery.core.calendar import Calendar
from chandlery.core.candles import Candles
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL, Trades
from chandlery.formats.bars_json import bars_json
from tests.api.house import ACME, EUR, MARKETS, NOW, START, House, house, settings_of
from tests.api.websocket.wires import Follower, payloads
from tests.engine.oracle import Oracle

Bar: TypeAlias = tuple[str, ...]
"""Time, open, high, low, close and volume, as printed."""

FIELDS = ("t", "o", "h", "l", "c", "v")
MORE = (*FIELDS, "q", "n", "bv")
LIGHTWEIGHT = ("time", "open", "high", "low", "close", "volume")
RESOLUTIONS = ("1m", "5m", "1h", "1d")
TRADINGVIEW = {"1m": "1", "5m": "5", "1h": "60", "1d": "1D"}
BEGIN, END = START - 3 * 86_400, START + 86_400
MOST = 1_000
LADDER = settings_of().ladder

# Most are of now or a little late, some of hours or days ago.
SECONDS = st.integers(2_900, 2_970) | st.integers(0, 2_900) | st.integers(-2 * 86_400, 0)
TRADE = st.tuples(
    st.sampled_from((EUR, ACME)),
    SECONDS,
    st.integers(1, 9_999_999).map(lambda ticks: ticks / 1_000) | st.sampled_from((1e-9, 123456.7)),
    st.integers(1, 5_000).map(lambda lots: lots / 700),
    st.sampled_from((BUY, SELL)),
)
BATCHES = st.lists(st.lists(TRADE, min_size=1, max_size=6), min_size=1, max_size=5)


class Charts:
    """What a client of the stream makes of the messages, as text."""

    def __init__(self, follower: Follower) -> None:
        self.follower = follower
        self.bars: dict[tuple[str, str], dict[int, Bar]] = {}
        self.sequences: dict[tuple[str, str], int] = {}

    def read(self) -> None:
        data = b"".join(self.follower.wire.frames)
        self.follower.wire.frames.clear()
        for text in payloads(data):
            message = msgspec.json.decode(text)
            if message["type"] not in ("snapshot", "update", "correction", "resync"):
                continue
            series = (message["symbol"], message["interval"])
            if message["type"] == "resync":
                self.bars[series] = {}
                continue
            rows = _rows(bytes(_raw(text)["bars"]), MORE)
            self.bars.setdefault(series, {}).update((int(row[0]), row) for row in rows)
            self.sequences[series] = message["sequence"]


@settings(max_examples=12, deadline=None)
@given(BATCHES)
def test_a_bar_is_the_same_everywhere(batches: list[list[tuple[Any, ...]]]) -> None:
    asyncio.run(_play(batches))


async def _play(batches: list[list[tuple[Any, ...]]]) -> None:
    async with house() as found:
        charts = Charts(Follower.of(found.surface.hub))
        for market in (EUR, ACME):
            for name in RESOLUTIONS:
                topic = Topic("candles", market, Resolution.parse(name))
                await charts.follower.follow(topic, 600)
        everything = [found.server.engine.history.trades(m, 0, END * US) for m in (EUR, ACME)]
        next_id = 10_000
        for batch in batches:
            trades = _trades(batch, next_id)
            next_id += len(batch)
            # Whoever asks meanwhile sees the bars before or after, and harms nobody.
            asked = asyncio.create_task(_asked_meanwhile(found))
            await found.server.ingest.submit(Delivery(trades=trades))
            everything.append(trades)
            await asked
            await found.server.live.settled()
            await _compare(found, charts, Trades.concat(everything))


async def _asked_meanwhile(found: House) -> None:
    for market in (EUR, ACME):
        answer = await found.get(_udf(MARKETS[market].symbol, "1m"))
        assert answer.json()["s"] == "ok"


async def _compare(found: House, charts: Charts, trades: Trades) -> None:
    await _caught_up(found, charts)
    for market in (EUR, ACME):
        symbol = MARKETS[market].symbol
        for name in RESOLUTIONS:
            resolution = Resolution.parse(name)
            stored = found.server.engine.history.candles(market, resolution, BEGIN, END)
            _same_as_folded(stored, resolution, trades, market)
            told = await _told(found, symbol, name)
            truth = told["json"]
            _same_but_for_sums(truth, _rows(bars_json(stored, "rows"), MORE))
            for surface, rows in told.items():
                width = len(rows[0])
                assert rows == [row[:width] for row in truth], (surface, symbol, name)
            seen = charts.bars[symbol, name]
            assert [seen[t] for t in sorted(seen)] == truth, (symbol, name)


async def _caught_up(found: House, charts: Charts) -> None:
    """Wait until the stream has sent what there is: changes that come soon are sent together."""
    async with asyncio.timeout(5):
        while True:
            charts.read()
            expected = {
                (found.server.engine.registry.market(key[0]).symbol, str(key[1])): series.sequence
                for key, series in found.server.live.held.series.items()
            }
            if all(charts.sequences.get(name) == expected[name] for name in charts.sequences):
                return
            await asyncio.sleep(0.001)


def _same_as_folded(stored: Candles, resolution: Resolution, trades: Trades, market: int) -> None:
    calendars = [Calendar(each.session, each.time_zone) for each in MARKETS]
    own = trades.take(trades.market == market)
    folded = Oracle(LADDER, calendars).candles(resolution, own, {})
    assert stored.t.tolist() == folded.t.tolist()
    for column in ("o", "h", "l", "c", "n"):
        assert getattr(stored, column).tolist() == getattr(folded, column).tolist()
    for row in range(len(stored)):
        assert abs(stored.v[row] - folded.v[row]) <= 1e-9 * folded.v[row]


def _same_but_for_sums(shown: list[Bar], stored: list[Bar]) -> None:
    """Compare with what is read anew: volumes are sums, and these depend on what is added first."""
    assert len(shown) == len(stored)
    for one, other in zip(shown, stored, strict=True):
        named, expected = dict(zip(MORE, one, strict=True)), dict(zip(MORE, other, strict=True))
        for name in ("v", "q", "bv"):
            own, sum_of = float(named.pop(name)), float(expected.pop(name))
            assert abs(own - sum_of) <= 1e-9 * abs(sum_of)
        assert named == expected


async def _told(found: House, symbol: str, name: str) -> dict[str, list[Bar]]:
    """Return what each surface tells."""
    encoded = symbol.replace("/", "%2F")
    v1 = f"/api/v1/candles?symbol={encoded}&interval={name}&limit={MOST}&start={BEGIN}&format="
    lightweight = (
        f"/api/lightweight/ohlcv?symbol={encoded}&timeframe={name}&limit={MOST}&from={BEGIN}"
    )
    table = (await found.get(_udf(symbol, name))).content
    quick = found.surface.quick.answer(_udf(symbol, name).encode(), [], "127.0.0.1", [])
    assert quick is not None
    csv = (await found.get(f"{v1}csv")).text.splitlines()
    assert csv[0] == ",".join(MORE)
    return {
        "udf": _columns(table, FIELDS),
        "quick": _columns(quick.partition(b"\r\n\r\n")[2], FIELDS),
        "json": _rows((await found.get(f"{v1}json")).content, MORE),
        "columns": _columns((await found.get(f"{v1}columns")).content, MORE),
        "csv": [tuple(line.split(",")) for line in csv[1:]],
        "lightweight": _rows((await found.get(lightweight)).content, LIGHTWEIGHT),
    }


def _udf(symbol: str, name: str) -> str:
    encoded = symbol.replace("/", "%2F")
    return f"/udf/history?symbol={encoded}&resolution={TRADINGVIEW[name]}&from={BEGIN}&to={NOW + 1}"


def _raw(text: bytes) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def _rows(text: bytes, names: tuple[str, ...]) -> list[Bar]:
    rows = msgspec.json.decode(text, type=list[dict[str, msgspec.Raw]])
    return [tuple(bytes(row[name]).decode() for name in names) for row in rows]


def _columns(text: bytes, names: tuple[str, ...]) -> list[Bar]:
    table = _raw(text)
    columns = [msgspec.json.decode(table[name], type=list[msgspec.Raw]) for name in names]
    return [tuple(bytes(each).decode() for each in row) for row in zip(*columns, strict=True)]


def _trades(batch: list[tuple[Any, ...]], first_id: int) -> Trades:
    ids = range(first_id, first_id + len(batch))
    return Trades.of(
        market=[row[0] for row in batch],
        time=[(START + row[1]) * US for row in batch],
        price=[row[2] for row in batch],
        size=[row[3] for row in batch],
        side=[row[4] for row in batch],
        sequence=[0] * len(batch),
        id=ids,
    )
