"""Markets by hand and filters: what is said holds at once, for every reader, and over a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State

from chandlery.api import errors
from chandlery.api.access.keys import Keys
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.routes import ROUTES
from chandlery.core.candles import Candles
from chandlery.core.columns import US
from chandlery.core.delivery import Delivery
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution
from chandlery.engine.engine import Engine
from chandlery.engine.live import Window
from chandlery.engine.live.series import Series
from chandlery.engine.server import Server
from chandlery.engine.verify import verify
from chandlery.stores import Interval
from chandlery.stores.memory import MemoryStore
from tests.engine.builders import DAY, MINUTE, START, HandClock, trades

PREFIX = "/api/v1/admin"
ALL = Interval(0, 1 << 60)
HOUR = Resolution.parse("1h")
MARKET: dict[str, Any] = {
    "symbol": "A:B",
    "exchange": "A",
    "base": "",
    "quote": "",
    "type": "crypto",
    "description": "",
    "session": "24x7",
    "time_zone": "UTC",
    "price_scale": 10_000,
    "volume_precision": 0,
    "hidden": False,
    "edited": [],
}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a running server with ten minutes of trades, one of them far off."""
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    server = Server(engine, HandClock((START + 86_400) * US))
    async with server.running(jobs=False):
        rows = [(row, 9.0 if row == 400 else 1.0) for row in range(600)]
        await server.ingest.submit(Delivery(trades=trades(rows)))
        list(engine.rollup.run(START + 3_600))
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(
        list(ROUTES),
        state=State({"admin": Admin(server, Keys(server.engine.store, server.clock), {})}),
        exception_handlers=errors.HANDLERS,
        openapi_config=None,
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def ask(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    answer = await client.request(method, f"{PREFIX}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(server: Server, resolution: Resolution = MINUTE) -> Candles:
    await server.live.settled()
    return (await server.live.page(0, resolution, Window(count=20))).candles


async def test_a_filter_counts_at_once_and_can_be_taken_away(
    server: Server, client: httpx.AsyncClient
) -> None:
    told: list[float] = []

    def follow(series: Series) -> None:
        changed = series.since(sequence)
        assert changed is not None
        told.extend(changed.candles.h[changed.corrected].tolist())

    series = await server.live.watch(0, MINUTE, follow)
    sequence = series.sequence
    assert (await shown(server)).h.max() == 9.0
    rule = {"symbol": "a:b", "max_deviation": 0.5}
    full = {"symbol": "A:B", "kind": "market", "min_notional": 0.0, "max_deviation": 0.5}
    assert await ask(client, "PUT", "filters", rule) == {**full, "window_s": 900}
    bars = await shown(server)
    assert (bars.h.max(), int(bars.n.sum())) == (1.0, 599)
    assert told == [1.0]
    assert await ask(client, "GET", "filters") == {"filters": [{**full, "window_s": 900}]}
    list(server.engine.rollup.run(START + 3_600))
    assert verify(server.engine).ok
    assert len(server.engine.history.trades(0, 0, 1 << 60)) == 600
    again = Engine(server.engine.store)
    assert again.history.candles(0, HOUR, START, START + 3_600).n.tolist() == [599]
    assert verify(again).ok
    cleared = await ask(client, "DELETE", "filters?symbol=A:B")
    assert cleared == {**full, "kind": "pattern", "max_deviation": 0.0, "window_s": 900}
    assert (await shown(server)).h.max() == 9.0
    assert await ask(client, "GET", "filters") == {"filters": []}


async def test_a_market_is_added_edited_and_hidden(
    server: Server, client: httpx.AsyncClient
) -> None:
    new = await ask(client, "POST", "markets", {"symbol": "MY:GOLD/USD", "type": "commodity"})
    gold = {**MARKET, "symbol": "MY:GOLD/USD", "exchange": "MY", "base": "GOLD", "quote": "USD"}
    assert new == {**gold, "type": "commodity", "price_scale": 0, "edited": ["type"]}
    edit = {"description": "Gold", "price_scale": 100, "hidden": True}
    edited = await ask(client, "PATCH", "markets/my:gold/usd", edit)
    names = ["description", "hidden", "price_scale", "type"]
    assert edited == {**new, **edit, "edited": names}
    registry = server.engine.registry
    assert [market.symbol for market in registry.search("")] == ["A:B"]
    assert registry.search("gold") == []
    found = await ask(client, "GET", "markets?query=gold&limit=1")
    assert found == {"total": 1, "markets": [edited]}
    assert Engine(server.engine.store).registry.market(1).description == "Gold"
    back = await ask(client, "PATCH", "markets/MY:GOLD/USD", {"description": None, "hidden": False})
    assert (back["description"], back["edited"]) == ("", ["hidden", "price_scale", "type"])
    assert len(registry.search("gold")) == 1


async def test_what_was_set_by_hand_stays_when_a_venue_or_a_price_tells_otherwise(
    server: Server, client: httpx.AsyncClient
) -> None:
    await ask(client, "PATCH", "markets/A:B", {"price_scale": 10, "description": "Mine"})
    learned = Market.of("A:B", description="Theirs", type="stock", price_scale=1_000)
    server.engine.registry.update([learned])
    market = server.engine.registry.market(0)
    assert (market.description, market.type, market.price_scale) == ("Mine", "stock", 10)
    await server.ingest.submit(Delivery(trades=trades([(700, 0.000123)], first_id=900)))
    assert server.engine.registry.market(0).price_scale == 10
    row = await ask(client, "PATCH", "markets/A:B", {"price_scale": None})
    assert row["price_scale"] > 1_000


async def test_other_hours_have_the_bars_made_again(
    server: Server, client: httpx.AsyncClient
) -> None:
    list(server.engine.rollup.run(START + 3 * 86_400))
    series = await server.live.watch(0, DAY, lambda series: None)
    assert series.newest(5).t.tolist() == [START]
    hours = {"session": "1700-1700", "time_zone": "America/New_York"}
    row = await ask(client, "PATCH", "markets/A:B", hours)
    assert (row["session"], row["edited"]) == ("1700-1700", ["session", "time_zone"])
    monday = START
    for _ in range(2):
        assert (await shown(server, DAY)).t.tolist() == [monday]
        assert (await shown(server, HOUR)).n.tolist() == [600]
        list(server.engine.rollup.run(START + 3 * 86_400))
        assert verify(server.engine).ok
    assert series.newest(5).n.tolist() == [600]
    tokyo = {"session": "0900-1500", "time_zone": "Asia/Tokyo"}
    await ask(client, "PATCH", "markets/A:B", tokyo)
    assert (await shown(server, HOUR)).t.tolist() == [START]
    list(server.engine.rollup.run(START + 9 * 86_400))
    assert server.engine.store.count(DAY, ALL) == 1
    assert verify(server.engine).ok


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("POST", "markets", {"symbol": "a:b"}, 400, "there is a market a:b already"),
        ("POST", "markets", {"symbol": "a b"}, 400, "a symbol of 1 to 128"),
        ("POST", "markets", {}, 400, "missing required field"),
        ("POST", "markets", {"symbol": "X:Y", "price": 1}, 400, "unknown field"),
        ("POST", "markets", {"symbol": "X:Y", "session": "9-5"}, 400, "session"),
        ("PATCH", "markets/X:Y", {"hidden": True}, 404, "no market 'X:Y'"),
        ("PATCH", "markets/A:B", {"hidden": None}, 400, "hidden"),
        ("PATCH", "markets/A:B", {"time_zone": "Mars/Olympus"}, 400, "Mars/Olympus"),
        ("PATCH", "markets/A:B", {"price_scale": 50}, 400, "a power of ten"),
        ("PATCH", "markets/A:B", {"volume_precision": 9}, 400, "0 to 8"),
        ("PATCH", "markets/A:B", {"description": "x" * 257}, 400, "at most 256"),
        ("PATCH", "markets/A:B", {"description": "a\nb"}, 400, "printable"),
        ("PATCH", "markets/A:B", {"type": " "}, 400, "a word such as crypto"),
        ("PATCH", "markets/A:B", [], 400, "Expected `object`"),
        ("GET", "markets?limit=0", None, 400, "limit from 1"),
        ("PUT", "filters", {"symbol": "X:Y", "min_notional": 1}, 404, "no market 'X:Y'"),
        ("PUT", "filters", {"symbol": "A:B", "min_notional": -1}, 400, "0 or more"),
        ("PUT", "filters", {"symbol": "A:B", "max_deviation": "much"}, 400, "Expected `float`"),
        ("PUT", "filters", {"symbol": "A:B", "window_s": 90}, 400, "5 to 60 whole minutes"),
        ("PUT", "filters", {"symbol": "A:B", "window_s": 7_200}, 400, "5 to 60 whole minutes"),
        ("PUT", "filters", {"symbol": "A:B", "most": 1}, 400, "unknown field"),
        ("DELETE", "filters", None, 400, "symbol"),
        ("DELETE", "filters?symbol=X:Y", None, 404, "no market 'X:Y'"),
    ],
)
async def test_nothing_is_changed_by_what_cannot_be(  # noqa: PLR0913 - fixtures
    server: Server,
    client: httpx.AsyncClient,
    method: str,
    path: str,
    body: Any,
    status: int,
    told: str,
) -> None:
    answer = await client.request(method, f"{PREFIX}/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert told in answer.text
    assert await ask(client, "GET", "markets") == {"total": 1, "markets": [MARKET]}
    assert server.engine.store.marks() == []
