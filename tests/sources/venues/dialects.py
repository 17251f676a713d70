"""What each exchange says, as its documentation has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.sources.venues.stand_in import Dialect, Question, Tick


class BybitSpeech:
    """Bybit, version 5, spot: only the last 60 trades can be asked for."""

    symbol = "BTCUSDT"

    def hear(self, text: str) -> list[Any]:
        asked = json.loads(text)
        if asked["op"] == "ping":
            return [{"success": True, "ret_msg": "pong", "conn_id": "c", "op": "ping"}]
        assert asked == {"op": "subscribe", "args": ["publicTrade.BTCUSDT"]}
        return [{"success": True, "ret_msg": "", "conn_id": "c", "op": "subscribe"}]

    def tell(self, tick: Tick) -> Any:
        trade = {"T": tick.ms, "s": self.symbol, "S": _side(tick).title(), "v": "0.5"}
        trade |= {"p": tick.price, "L": "PlusTick", "i": f"{tick.id}", "BT": False, "seq": tick.id}
        topic = f"publicTrade.{self.symbol}"
        return {"topic": topic, "type": "snapshot", "ts": tick.ms, "data": [trade]}

    def answer(self, question: Question, ticks: Sequence[Tick]) -> Any:
        if question.path == "/v5/market/instruments-info":
            pair = {"symbol": self.symbol, "baseCoin": "BTC", "quoteCoin": "USDT"}
            pair |= {"status": "Trading", "priceFilter": {"tickSize": "0.1"}}  # type: ignore[dict-item]
            return _bybit({"category": "spot", "list": [pair]})
        assert question.path == "/v5/market/recent-trade"
        trades = [
            {"execId": f"{tick.id}", "symbol": self.symbol, "price": tick.price, "size": "0.5",
             "side": _side(tick).title(), "time": f"{tick.ms}", "seq": f"{tick.id}"}
            for tick in reversed(ticks[-60:])
        ]  # fmt: skip
        return _bybit({"category": "spot", "list": trades})


def _bybit(result: Any) -> Any:
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1}


class CoinbaseSpeech:
    """Coinbase Exchange: the side is the maker's; trades are paged downwards."""

    symbol = "BTC-USD"

    def hear(self, text: str) -> list[Any]:
        asked = json.loads(text)
        assert asked["product_ids"] == [self.symbol]
        assert "matches" in asked["channels"]
        channels = [{"name": each, "product_ids": [self.symbol]} for each in asked["channels"]]
        return [{"type": "subscriptions", "channels": channels}]

    def tell(self, tick: Tick) -> Any:
        more = {"type": "match", "product_id": self.symbol, "sequence": 7 * tick.id}
        return self._trade(tick) | more

    def answer(self, question: Question, ticks: Sequence[Tick]) -> Any:
        if question.path == "/products":
            return [{"id": self.symbol, "base_currency": "BTC", "quote_currency": "USD",
                     "quote_increment": "0.01", "status": "online"}]  # fmt: skip
        assert question.path == f"/products/{self.symbol}/trades"
        below = int(question.query.get("after", 1 << 60))
        found = [self._trade(tick) for tick in reversed(ticks) if tick.id < below]
        return found[: int(question.query["limit"])]

    def _trade(self, tick: Tick) -> dict[str, Any]:
        maker = "sell" if tick.is_buy else "buy"
        return {"trade_id": tick.id, "side": maker, "size": "0.5", "price": tick.price,
                "time": tick.moment}  # fmt: skip


class HyperliquidSpeech:
    """Hyperliquid: ten recent trades can be asked for, and ids have no order."""

    symbol = "BTC"

    def hear(self, text: str) -> list[Any]:
        asked = json.loads(text)
        if asked["method"] == "ping":
            return [{"channel": "pong"}]
        assert asked["subscription"] == {"type": "trades", "coin": self.symbol}
        established = "Websocket connection established."
        return [established, {"channel": "subscriptionResponse", "data": asked}]

    def tell(self, tick: Tick) -> Any:
        return {"channel": "trades", "data": [self._trade(tick)]}

    def answer(self, question: Question, ticks: Sequence[Tick]) -> Any:
        assert question.path == "/info"
        asked = question.body["type"]
        if asked == "recentTrades":
            return [self._trade(tick) for tick in reversed(ticks[-10:])]
        listed = {"universe": [{"name": "BTC", "szDecimals": 5, "maxLeverage": 50}]}
        return listed if asked == "meta" else {"universe": [], "tokens": []}

    def _trade(self, tick: Tick) -> dict[str, Any]:
        return {"coin": self.symbol, "side": "B" if tick.is_buy else "A", "px": tick.price,
                "sz": "0.5", "time": tick.ms, "hash": "0x0", "tid": tick.id,
                "users": ["0xa", "0xb"]}  # fmt: skip


class KrakenSpeech:
    """Kraken, version 2; REST gives trades since a moment in nanoseconds."""

    symbol = "BTC/USD"

    def hear(self, text: str) -> list[Any]:
        asked = json.loads(text)
        if asked["method"] == "ping":
            return [{"method": "pong"}]
        assert asked["params"]["symbol"] == [self.symbol]
        result = {"channel": "trade", "snapshot": True, "symbol": self.symbol}
        return [{"method": "subscribe", "result": result, "success": True}]

    def tell(self, tick: Tick) -> Any:
        trade = {"symbol": self.symbol, "side": _side(tick), "price": float(tick.price), "qty": 0.5,
                 "ord_type": "market", "trade_id": tick.id, "timestamp": tick.moment}  # fmt: skip
        return {"channel": "trade", "type": "update", "data": [trade]}

    def answer(self, question: Question, ticks: Sequence[Tick]) -> Any:
        if question.path == "/0/public/AssetPairs":
            pair = {"wsname": "XBT/USD", "pair_decimals": 1, "status": "online"}
            return {"error": [], "result": {"XXBTZUSD": pair}}
        assert question.path == "/0/public/Trades"
        assert question.query["pair"] == "XBTUSD"
        since = int(question.query.get("since", 0))
        rows = [
            [tick.price, "0.5", tick.us / 1e6, _side(tick)[0], "m", "", tick.id]
            for tick in ticks
            if tick.us * 1_000 > since
        ]
        return {"error": [], "result": {"XXBTZUSD": rows, "last": "0"}}


class OkxSpeech:
    """OKX, version 5: `trades-all`; history is paged downwards by id or by time."""

    symbol = "BTC-USDT"

    def hear(self, text: str) -> list[Any]:
        if text == "ping":
            return ["pong"]
        [arg] = json.loads(text)["args"]
        assert arg == {"channel": "trades-all", "instId": self.symbol}
        return [{"event": "subscribe", "arg": arg, "connId": "a"}]

    def tell(self, tick: Tick) -> Any:
        arg = {"channel": "trades-all", "instId": self.symbol}
        return {"arg": arg, "data": [self._trade(tick)]}

    def answer(self, question: Question, ticks: Sequence[Tick]) -> Any:
        query = question.query
        if question.path == "/api/v5/public/instruments":
            each = {"instId": self.symbol, "instType": query["instType"], "baseCcy": "BTC",
                    "quoteCcy": "USDT", "tickSz": "0.1", "state": "live"}  # fmt: skip
            return {"code": "0", "msg": "", "data": [each]}
        assert question.path == "/api/v5/market/history-trades"
        after, is_by_id = int(query["after"]), query["type"] == "1"
        older = [tick for tick in ticks if (tick.id if is_by_id else tick.ms) < after]
        newest = older[-int(query["limit"]) :]
        return {"code": "0", "msg": "", "data": [self._trade(tick) for tick in reversed(newest)]}

    def _trade(self, tick: Tick) -> dict[str, Any]:
        return {"instId": self.symbol, "side": _side(tick), "sz": "0.5", "px": tick.price,
                "tradeId": f"{tick.id}", "ts": f"{tick.ms}"}  # fmt: skip


def _side(tick: Tick) -> str:
    return "buy" if tick.is_buy else "sell"


DIALECTS: dict[str, type[Dialect]] = {
    "bybit": BybitSpeech,
    "coinbase": CoinbaseSpeech,
    "hyperliquid": HyperliquidSpeech,
    "kraken": KrakenSpeech,
    "okx": OkxSpeech,
}
