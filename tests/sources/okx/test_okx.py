"""OKX: what its frames say, what must say nothing, what it can be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chandlery.core.errors import InputError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import BUY, SELL
from chandlery.sources.live.asking import Request
from chandlery.sources.live.lot import Lot
from chandlery.sources.live.rest import GoneError, RestError
from chandlery.sources.live.venue import Acknowledged, Pong, Reconnect, Rejected, TradeEvent
from chandlery.sources.okx.rest import OkxRest, bar_of
from chandlery.sources.okx.venue import MOST_INSTRUMENTS, Okx
from tests.sources.hostile import Canned, events, mutations, survives

MS = 1_630_048_897_897


def trade(trade_id: int = 130_639_474, inst: str = "BTC-USDT", **more: Any) -> dict[str, Any]:
    return {
        "instId": inst,
        "tradeId": str(trade_id),
        "px": "42219.9",
        "sz": "0.12060306",
        "side": "buy",
        "source": "0",
        "ts": str(MS),
    } | more


def frame(*trades: dict[str, Any], channel: str = "trades-all") -> dict[str, Any]:
    return {"arg": {"channel": channel, "instId": trades[0]["instId"]}, "data": list(trades)}


TAKEN = {
    "event": "subscribe",
    "arg": {"channel": "trades-all", "instId": "BTC-USDT"},
    "connId": "a",
}
REFUSED = {"event": "error", "msg": "channel:x doesn't exist", "code": "60018", "connId": "a"}
LEAVING = {"event": "notice", "code": "64008", "msg": "The connection will soon be closed."}
GOOD = [frame(trade()), frame(trade(count="3"), channel="trades"), TAKEN, REFUSED, LEAVING]


def test_a_trade_is_read_with_the_side_of_the_taker() -> None:
    bought, sold = events(Okx(), frame(trade(), trade(5, side="sell")))
    assert bought == TradeEvent(
        "BTC-USDT", MS * 1000, 42219.9, 0.12060306, BUY, 130_639_474, 130_639_474
    )
    assert isinstance(sold, TradeEvent)
    assert sold.side == SELL


def test_joined_fills_say_which_trade_came_before_them() -> None:
    joined, single = events(
        Okx(), frame(trade(100, count="3"), trade(101, count="1"), channel="trades")
    )
    assert isinstance(joined, TradeEvent)
    assert isinstance(single, TradeEvent)
    assert (joined.previous_id, single.previous_id) == (97, None)


def test_contracts_are_counted_in_base_units_by_what_one_is_worth() -> None:
    lots = {"BTC-USDT-SWAP": Lot(0.01), "BTC-USD-SWAP": Lot(100.0, is_inverse=True)}
    linear = frame(trade(inst="BTC-USDT-SWAP", sz="7", px="50000"))
    inverse = frame(trade(inst="BTC-USD-SWAP", sz="5", px="50000"))
    nothing = frame(trade(inst="BTC-USD-SWAP", sz="5", px="0"))
    sizes = [
        e.size
        for e in events(Okx(lots=lots), linear, inverse, nothing)
        if isinstance(e, TradeEvent)
    ]
    assert sizes == pytest.approx([0.07, 0.01, 0.0])


def test_a_contract_of_unknown_worth_is_an_input_error_and_not_a_wrong_size() -> None:
    with pytest.raises(InputError, match="BTC-USD-220527"):
        events(Okx(), frame(trade(inst="BTC-USD-220527")))


@pytest.mark.parametrize(
    "other",
    [
        {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [{}]},
        {"event": "channel-conn-count", "channel": "trades-all", "connCount": "1"},
        {"event": "unsubscribe"},
        {},
    ],
)
def test_what_is_not_for_us_says_nothing(other: Any) -> None:
    assert events(Okx(), other) == []


def test_answers_refusals_and_goodbyes() -> None:
    assert events(Okx(), "pong", b"pong", TAKEN) == [Pong(), Pong(), Acknowledged()]
    assert events(Okx(), REFUSED, REFUSED | {"code": "60014"}, LEAVING) == [
        Rejected("channel:x doesn't exist (60018)", is_fatal=True),
        Rejected("channel:x doesn't exist (60014)"),
        Reconnect("The connection will soon be closed."),
    ]


@pytest.mark.parametrize(
    "change", [{"px": "?"}, {"ts": None}, {"tradeId": "x"}, {"sz": []}, {"tradeId": "-1"}]
)
def test_a_frame_that_cannot_be_read_is_an_input_error(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="OKX"):
        events(Okx(), frame(trade() | change))


@settings(max_examples=300, deadline=None)
@given(text=mutations(GOOD))
def test_hostile_frames_raise_nothing_but_input_errors(text: str | bytes) -> None:
    survives(Okx(), text)


def test_subscriptions() -> None:
    names = [f"C{i}-USDT" for i in range(MOST_INSTRUMENTS + 1)]
    first, second = Okx().plans(names)
    assert len(first.subscribe) == 2
    assert json.loads(second.subscribe[0]) == {
        "op": "subscribe",
        "args": [{"channel": "trades-all", "instId": names[-1]}],
    }
    assert (Okx().heartbeat(0), Okx().market_of("BTC-USDT")) == ("ping", "OKX:BTC-USDT")


def exchange(ids: range) -> Canned:
    """Hold a trade a second, and give a hundred at once, newest first."""

    def trades(request: Request) -> Any:
        below = int(request.query["after"])
        is_time = request.query["type"] == "2"
        chosen = [each for each in ids if (MS + each * 1000 if is_time else each) < below]
        rows = [trade(each, ts=str(MS + each * 1000)) for each in chosen[-100:]]
        return {"code": "0", "data": rows[::-1], "msg": ""}

    return Canned({"/api/v5/market/history-trades": trades})


@settings(max_examples=50, deadline=None)
@given(first=st.integers(1, 50), count=st.integers(1, 400), after=st.integers(0, 400))
async def test_following_an_id_gives_every_trade_after_it_once(
    first: int, count: int, after: int
) -> None:
    ids = range(first, first + count)
    rest, found = OkxRest(exchange(ids), {}), list[Any]()
    while True:
        page = await rest.trades_after("BTC-USDT", found[-1] if found else after)
        found += [each.id for each in page.trades]
        if page.is_last:
            break
    assert found == [each for each in ids if each > after]


async def test_trades_of_a_time() -> None:
    rest = OkxRest(exchange(range(1, 300)), {})
    page = await rest.trades_between("BTC-USDT", (MS + 9_500) * 1000, (MS + 13_000) * 1000)
    assert [each.id for each in page.trades] == [10, 11, 12]
    with pytest.raises(GoneError):
        await rest.trades_between("BTC-USDT", MS * 1000, (MS + 13_000) * 1000)


async def test_instruments_tell_the_worth_of_contracts() -> None:
    spot = {"instId": "BTC-USDT", "instType": "SPOT", "baseCcy": "BTC", "quoteCcy": "USDT",
            "tickSz": "0.1", "state": "live", "ctVal": "", "ctType": ""}  # fmt: skip
    swap = {"instId": "BTC-USD-SWAP", "instType": "SWAP", "tickSz": "0.1", "state": "suspend",
            "ctVal": "100", "ctMult": "1", "ctType": "inverse"}  # fmt: skip

    def listing(request: Request) -> Any:
        return {"code": "0", "data": [spot if request.query["instType"] == "SPOT" else swap]}

    lots: dict[str, Lot] = {}
    rest = OkxRest(Canned({"/api/v5/public/instruments": listing}), lots)
    listed = await rest.listed(["BTC-USDT", "BTC-USD-SWAP", "X-Y"])
    assert {name: market.base for name, market in listed.markets.items()} == {
        "BTC-USDT": "BTC",
        "BTC-USD-SWAP": "BTC",
    }
    assert listed.markets["BTC-USDT"].price_scale == 10
    assert listed.halted == ("BTC-USD-SWAP",)
    assert lots == {"BTC-USDT": Lot(), "BTC-USD-SWAP": Lot(100.0, is_inverse=True)}


async def test_closed_candles_in_base_units_and_errors() -> None:
    t = MS // 60_000 * 60
    rows = [
        [str((t + 60) * 1000), "1", "4", "1", "3", "700", "7", "70", "0"],
        [str(t * 1000), "2", "4", "1", "3", "500", "5", "50", "1"],
    ]
    path = "/api/v5/market/history-candles"
    ask = Canned({path: {"code": "0", "data": rows}})
    page = await OkxRest(ask, {}).bars("BTC-USDT-SWAP", Resolution.parse("1m"), t, t + 600)
    assert [(bar.t, bar.o, bar.h, bar.l, bar.c, bar.v, bar.q) for bar in page.bars] == [
        (t, 2, 4, 1, 3, 5, 50)
    ]
    for code, kind in (("50011", RestError), ("51001", GoneError)):
        ask.answers = {path: {"code": code, "msg": "no", "data": []}}
        with pytest.raises(kind, match=code):
            await OkxRest(ask, {}).bars("BTC-USDT", Resolution.parse("1m"), t, t + 600)


@pytest.mark.parametrize(
    ("text", "bar"),
    [("1m", "1m"), ("1h", "1H"), ("12h", "12Hutc"), ("1D", "1Dutc"), ("1M", "1Mutc")],
)
def test_names_of_resolutions(text: str, bar: str) -> None:
    assert bar_of(Resolution.parse(text)) == bar


def test_resolutions_it_does_not_have() -> None:
    with pytest.raises(GoneError, match="7m"):
        bar_of(Resolution.parse("7m"))


async def test_a_second_of_more_trades_than_a_page_is_given_whole() -> None:
    def trades(request: Request) -> Any:
        below = int(request.query["after"])
        is_time = request.query["type"] == "2"
        times = {each: MS + each // 250 * 1000 for each in range(1, 1001)}
        chosen = [each for each, ms in times.items() if (ms if is_time else each) < below]
        rows = [trade(each, ts=str(times[each])) for each in chosen[-100:]]
        return {"code": "0", "data": rows[::-1]}

    rest = OkxRest(Canned({"/api/v5/market/history-trades": trades}), {})
    start, end = (MS + 1000) * 1000, (MS + 2000) * 1000
    page = await rest.trades_between("BTC-USDT", start, end)
    assert [each.id for each in page.trades] == list(range(250, 500))
