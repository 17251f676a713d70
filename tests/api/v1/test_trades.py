from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.v1.trades import Place, page_before
from chandlery.core.columns import US
from chandlery.core.filters import Rule
from chandlery.core.trades import Trades
from chandlery.engine.engine import Engine
from chandlery.engine.filters import set_rule
from chandlery.stores.memory import MemoryStore
from tests.api.v1.house import ETH, House
from tests.api.v1.test_candles import following
from tests.engine.builders import LATER_US, START, delivery

PATH = "trades?symbol=BINANCE:BTCUSDT"


async def every_page(home: House, path: str) -> list[list[Any]]:
    answer = await home.get(path)
    read = [answer.json()]
    while "link" in answer.headers:
        answer = await home.get(following(answer))
        read.append(answer.json())
    return read


async def test_a_trade_has_five_columns(home: House) -> None:
    answer = await home.get(f"{PATH}&limit=1")
    assert answer.json() == [
        {"time": (START + 560) * US, "price": 111, "size": 1, "side": "buy", "id": "16"}
    ]


async def test_pages_go_back_and_end_at_the_start(home: House) -> None:
    read = await every_page(home, f"{PATH}&limit=3&start={START + 60}&end={START + 360}")
    assert [[int(each["id"]) for each in page] for page in read] == [[6, 7, 8], [3, 4, 5]]


async def test_no_trade_of_a_crowded_microsecond_is_missed(home: House) -> None:
    count = 25
    batch = Trades.of(
        market=[ETH] * count,
        time=[(START + 5) * US] * count,
        price=[7.0] * count,
        size=[1.0] * count,
        side=[0] * count,
        sequence=np.arange(count) // 10,
        id=-1 - np.arange(count),
    )
    await home.deliver(batch)
    read = await every_page(home, "trades?symbol=BINANCE:ETHUSDT&limit=4")
    every = [int(each["id"]) for page in reversed(read) for each in page]
    assert every == [1, *batch.sorted().id.tolist()]
    assert {each["side"] for page in read for each in page} == {"buy", None}


async def test_a_market_without_trades_has_none(home: House) -> None:
    answer = await home.get("trades?symbol=NYSE:ACME")
    assert answer.json() == []
    assert "link" not in answer.headers


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40),
    st.integers(1, 7),
)
def test_pages_put_together_are_all_trades_in_order(
    rows: list[tuple[int, int]], count: int
) -> None:
    engine = Engine(MemoryStore())
    engine.registry.add_symbol("A:B")
    batch = delivery([(time / US, 1.0) for time, _ in rows], first_id=-5).trades
    sequenced = Trades(**batch.columns() | {"sequence": np.array([s for _, s in rows])})
    engine.recorder.record(type(delivery([]))(trades=sequenced), LATER_US)
    place: Place | None = None
    read: list[Trades] = []
    while len(page := page_before(engine.history, 0, None, place, count)):
        read.insert(0, page)
        place = Place(int(page.time[0]), int(page.sequence[0]), int(page.id[0]))
    assert Trades.concat(read).id.tolist() == sequenced.sorted().id.tolist()


async def test_trades_that_a_filter_leaves_out_are_told(home: House) -> None:
    rows = [{"time": (START + 60 * minute) * US, "price": 5.0} for minute in range(3)]
    sizes, prices = [1.0, 1.0, 1.0, 0.1, 1.0], [5.0, 5.0, 5.0, 5.0, 9.0]
    count = len(sizes)
    batch = Trades.of(
        market=[ETH] * count,
        time=[each["time"] for each in rows] + [(START + 180) * US, (START + 181) * US],
        price=prices,
        size=sizes,
        side=[0] * count,
        sequence=[0] * count,
        id=range(100, 100 + count),
    )
    await home.deliver(batch)
    path = "trades?symbol=BINANCE:ETHUSDT&limit=2"
    whole = (await home.get(path)).json()
    assert [set(each) for each in whole] == [{"time", "price", "size", "side", "id"}] * 2
    rule = Rule(min_notional=1.0, max_deviation=0.5)
    set_rule(home.server.engine, ETH, rule)
    told = (await home.get(path)).json()
    assert told == [{**each, "left_out": True} for each in whole]
    older = (await home.get(f"{path}&end={START + 180}")).json()
    assert [each.get("left_out") for each in older] == [None, None]
