"""A small correct UDF server in memory, for the doctor; faults are put into subclasses of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import orjson

from chandlery.core.calendar import Calendar
from chandlery.core.columns import US, Int64s
from chandlery.core.resolution import Resolution
from chandlery.doctor import Answer, Examination, Report, Visit, Wish

DAY = 86_400
NOW = 1_768_480_496
"""2026-01-15, 12:34:56 UTC, a Thursday."""

Json = dict[str, object]


class FixedClock:
    def now_us(self) -> int:
        return NOW * US

    def elapsed(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Traded:
    """A market by the moments of its trades."""

    moments: Int64s
    session: str = "24x7"
    zone: str = "Etc/UTC"

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.session, self.zone)

    def bars(self, resolution: Resolution) -> Int64s:
        return np.unique(self.calendar.floor(resolution, self.moments))


def every(step: int, start: int, end: int = NOW) -> Int64s:
    return np.arange(start // step * step, end, step, dtype=np.int64)


def joined(*parts: Int64s) -> Int64s:
    return np.unique(np.concatenate(parts))


def in_session(session: str, zone: str, days: int) -> Traded:
    calendar = Calendar(session, zone)
    minutes = calendar.bars(Resolution.parse("1m"), NOW - days * DAY, NOW)
    return Traded(minutes, session, zone)


DENSE = Traded(joined(every(DAY, NOW - 900 * DAY), every(60, NOW - 5 * DAY)))
"""A trade a day for years, then one a minute for five days."""
SPARSE = Traded(every(DAY // 11, NOW - 300 * DAY))
GAP = Traded(joined(every(60, NOW - 22 * DAY, NOW - 21 * DAY), every(60, NOW - DAY // 6)))
"""Twenty days without a trade, and then four hours with."""
YOUNG = Traded(every(60, NOW - 3_600))
NEW_YORK = in_session("0930-1600", "America/New_York", 40)
MARKETS = {"X:Dense": DENSE, "X:SPARSE": SPARSE, "X:GAP": GAP, "X:YOUNG": YOUNG, "X:NY": NEW_YORK}
NATIVE = ("1S", "1", "5", "60", "1D", "3D", "1W", "2W", "1M")


class Reference:
    """See Fetch."""

    latency = 0.0

    def __init__(self, markets: Mapping[str, Traded] | None = None) -> None:
        self.markets = dict(markets or MARKETS)
        self.asked = 0

    async def fetch(self, path: str, params: Mapping[str, str]) -> Answer:
        self.asked += 1
        status, body = self.answer(path.replace("//", "/"), dict(params))
        return Answer(status, self.headers(), body, self.latency)

    def headers(self) -> dict[str, str]:
        return {"access-control-allow-origin": "*"}

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        data: object
        if path == "/config":
            data = self.config()
        elif path == "/time":
            data = self.time()
        elif path == "/search":
            data = self.search(params["query"], int(params["limit"]))
        elif path == "/symbols":
            data = self.symbol(params["symbol"])
        elif path == "/history":
            data = self.asked_history(params)
        elif path in ("/marks", "/timescale_marks"):
            data = self.marks(path, params)
        elif path == "/quotes":
            data = self.quotes(params["symbols"].split(","))
        else:
            return 404, self.not_found(path)
        return 200, orjson.dumps(data)

    def not_found(self, path: str) -> bytes:
        return b"there is nothing here"

    def config(self) -> object:
        return {
            "supports_search": True,
            "supports_group_request": False,
            "supports_marks": True,
            "supports_timescale_marks": True,
            "supports_time": True,
            "exchanges": [{"value": "", "name": "All", "desc": ""}],
            "symbols_types": [{"name": "All", "value": ""}],
            "supported_resolutions": list(NATIVE),
        }

    def time(self) -> object:
        return NOW

    def search(self, query: str, limit: int) -> object:
        names = [name for name in self.markets if query.upper() in name.upper()]
        return [self.hit(name) for name in names[:limit]]

    def hit(self, name: str) -> Json:
        texts = {"symbol": name[2:], "description": name, "exchange": "X", "type": "crypto"}
        return {**texts, "ticker": name, "full_name": name}

    def symbol(self, name: str) -> object:
        if name not in self.markets:
            return {"s": "error", "errmsg": "unknown_symbol"}
        return self.info(name, self.markets[name])

    def info(self, name: str, market: Traded) -> Json:
        return {
            "name": name[2:],
            "ticker": name,
            "description": name,
            "type": "crypto",
            "exchange": "X",
            "listed_exchange": "X",
            "session": market.session,
            "timezone": market.zone,
            "minmov": 1,
            "pricescale": 100,
            "has_intraday": True,
            "intraday_multipliers": ["1", "5", "60"],
            "has_seconds": True,
            "seconds_multipliers": ["1"],
            "has_daily": True,
            "daily_multipliers": ["1", "3"],
            "has_weekly_and_monthly": True,
            "weekly_multipliers": ["1", "2"],
            "monthly_multipliers": ["1"],
            "supported_resolutions": list(NATIVE),
        }

    def asked_history(self, params: dict[str, str]) -> object:
        market = self.markets.get(params["symbol"])
        if market is None:
            return {"s": "error", "errmsg": "unknown_symbol"}
        resolution = Resolution.parse(params["resolution"])
        count = int(params.get("countback", "0"))
        start, end = int(params["from"]), int(params["to"])
        return self.history(self.bars(market, resolution), start, end, max(count, 0))

    def bars(self, market: Traded, resolution: Resolution) -> Int64s:
        return market.bars(resolution)

    def history(self, bars: Int64s, start: int, end: int, count: int) -> object:
        """All of [start, end), and at least `count` before `end`; 0 is none said."""
        before = bars[bars < end]
        first = min(start, int(before[-count:][0])) if count and len(before) else start
        chosen = before[before >= first]
        if len(chosen):
            return self.columns(chosen)
        older = bars[bars < start]
        return self.nothing(older, count)

    def nothing(self, older: Int64s, count: int) -> Json:
        if not count and len(older):
            return {"s": "no_data", "nextTime": int(older[-1])}
        return {"s": "no_data"}

    def columns(self, t: Int64s) -> Json:
        open_, close = 100.0 + t % 7, 100.0 + t % 11
        high, low = np.maximum(open_, close) + 1, np.minimum(open_, close) - 1
        prices = {"o": open_, "h": high, "l": low, "c": close, "v": t % 13 + 1.0}
        return {
            "s": "ok",
            "t": t.tolist(),
            **{name: column.tolist() for name, column in prices.items()},
        }

    def marks(self, path: str, params: dict[str, str]) -> object:
        return []

    def quotes(self, symbols: list[str]) -> object:
        values = {"lp": 1.0, "ch": 0.1, "chp": 1.0}
        return {"s": "ok", "d": [{"s": "ok", "n": name, "v": values} for name in symbols]}


async def examined(server: Reference, wish: Wish | None = None, requests: int = 2_000) -> Report:
    return await Examination(Visit(server, FixedClock(), requests), wish).run()
