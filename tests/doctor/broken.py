"""Servers with one fault each."""

from __future__ import annotations

import numpy as np
import orjson
from typing_extensions import override

from chandlery.core.columns import Int64s
from chandlery.core.resolution import Resolution, Unit
from tests.doctor.reference import DAY, NOW, Json, Reference, Traded

CAP = 100


class CapNewest(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return super().columns(t[-CAP:])


class CapOldest(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return super().columns(t[:CAP])


class InclusiveTo(Reference):
    @override
    def history(self, bars: Int64s, start: int, end: int, count: int) -> object:
        return super().history(bars, start, end + 1, count)


class IgnoresTo(Reference):
    @override
    def history(self, bars: Int64s, start: int, end: int, count: int) -> object:
        return self.columns(bars[-300:])


class StrictCountback(Reference):
    """Sends `countback` bars, whatever `from` says."""

    @override
    def history(self, bars: Int64s, start: int, end: int, count: int) -> object:
        return super().history(bars, end if count else start, end, count)


class NoCountback(Reference):
    """The old protocol, done right: [from, to), and nextTime in seconds."""

    @override
    def history(self, bars: Int64s, start: int, end: int, count: int) -> object:
        return super().history(bars, start, end, 0)


class NextTimeInMs(NoCountback):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        told = super().nothing(older, count)
        return {name: int(older[-1]) * 1000 if name == "nextTime" else told[name] for name in told}


class NextTimeAhead(NoCountback):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        return {"s": "no_data", "nextTime": NOW + 60}


class NextTimeTooOld(NoCountback):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        found = {"nextTime": int(older[-2])} if len(older) > 1 else {}
        return {"s": "no_data", **found}


class NextTimeAtTheBeginning(Reference):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        return {"s": "no_data", "nextTime": int(older[-1]) if len(older) else 0}


class NoNextTime(NoCountback):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        return {"s": "no_data"}


class EmptyOk(Reference):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        return super().columns(older[:0])


class EmptyOkStorm(NoCountback):
    @override
    def nothing(self, older: Int64s, count: int) -> Json:
        return super().columns(older[:0])


class NoDataWithBars(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "s": "no_data"}


class Unsorted(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return super().columns(t[::-1])


class Doubled(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return super().columns(np.repeat(t, 2))


class NullPrices(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "h": [None] * len(t)}


class TextPrices(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "v": ["1.5"] * len(t)}


class ShortColumn(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "v": [1.0] * (len(t) - 1)}


class NoTimes(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        found = super().columns(t)
        return {name: found[name] for name in found if name != "t"}


class InsaneBars(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "h": [0.0] * len(t)}


class Milliseconds(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "t": (t * 1000).tolist()}


class NotANumber(Reference):
    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        status, body = super().answer(path, params)
        return status, body.replace(b'"v":[', b'"v":[NaN,') if path == "/history" else body


class FutureBar(Reference):
    @override
    def bars(self, market: Traded, resolution: Resolution) -> Int64s:
        bars = super().bars(market, resolution)
        return np.append(bars, bars[-1] + resolution.seconds)

    @override
    def history(self, bars: Int64s, start: int, end: int, count: int) -> object:
        return super().history(bars, start, end + 40 * DAY if end >= NOW else end, count)


class EpochModulo(Reference):
    """Days and weeks are counted from 1970."""

    @override
    def bars(self, market: Traded, resolution: Resolution) -> Int64s:
        if resolution.unit is Unit.MONTH:
            return super().bars(market, resolution)
        return np.unique(market.moments // resolution.seconds * resolution.seconds)


class SundayWeeks(Reference):
    @override
    def bars(self, market: Traded, resolution: Resolution) -> Int64s:
        bars = super().bars(market, resolution)
        return bars - DAY if resolution.unit is Unit.WEEK else bars


class LocalDays(Reference):
    """Days are named by when they begin in New York."""

    @override
    def bars(self, market: Traded, resolution: Resolution) -> Int64s:
        bars = super().bars(market, resolution)
        return bars if resolution.is_intraday else bars + 5 * 3600


class Unstable(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "v": (t * 0 + self.asked).tolist()}


class AsWrittenCountback(Reference):
    """Takes a countback below 1 at its word."""

    @override
    def asked_history(self, params: dict[str, str]) -> object:
        if int(params.get("countback", "1")) < 1:
            return {"s": "no_data"}
        return super().asked_history(params)


class Moody(Reference):
    """Fails now and then."""

    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        if self.asked % 17 == 0:
            return 503, b'{"s":"error","errmsg":"busy"}'
        return super().answer(path, params)


class HtmlError(Reference):
    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        if path == "/history" and params["resolution"] == "60":
            return 200, b"<html>sorry</html>"
        return super().answer(path, params)


class NoOrigin(Reference):
    @override
    def headers(self) -> dict[str, str]:
        return {}


class PartVolumes(Reference):
    @override
    def columns(self, t: Int64s) -> Json:
        return {**super().columns(t), "v": [0.25] * len(t)}


class Slow(Reference):
    latency = 3.5


class KeyS(Reference):
    @override
    def info(self, name: str, market: Traded) -> Json:
        return {"s": "ok", **super().info(name, market)}


class Changed(Reference):
    """Tells other things about its symbols; None leaves a field out."""

    def __init__(self, **changes: object) -> None:
        super().__init__()
        self.changes = changes

    @override
    def info(self, name: str, market: Traded) -> Json:
        told = {**super().info(name, market), **self.changes}
        return {name: value for name, value in told.items() if value is not None}


class Configured(Reference):
    """Has another configuration; None leaves a key out."""

    def __init__(self, **changes: object) -> None:
        super().__init__()
        self.changes = changes

    @override
    def config(self) -> object:
        told = super().config()
        assert isinstance(told, dict)
        told |= self.changes
        return {name: value for name, value in told.items() if value is not None}


class NoConfig(Reference):
    """A JSON 404 stands where the configuration should be."""

    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        return 404, b'{"detail":"Not Found"}'


class HtmlConfig(Reference):
    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        return 200, b"<html>welcome</html>"


class JsonNotFound(Reference):
    @override
    def not_found(self, path: str) -> bytes:
        return b'{"detail":"Not Found"}'


class StrictSlashes(Reference):
    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        if path == "/config" and self.asked > 2 and not self._seen:
            self._seen = True
            return 404, b"there is nothing here"
        return super().answer(path, params)

    _seen = False


class TimeObject(Reference):
    @override
    def time(self) -> object:
        return {"time": NOW}


class TimeInMs(Reference):
    @override
    def time(self) -> object:
        return NOW * 1000


class TimeBehind(Reference):
    @override
    def time(self) -> object:
        return NOW - 600


class SearchObject(Reference):
    @override
    def search(self, query: str, limit: int) -> object:
        return {"result": super().search(query, limit)}


class SearchByCase(Reference):
    @override
    def search(self, query: str, limit: int) -> object:
        return [self.hit(name) for name in self.markets if query in name][:limit]


class SearchNeedsText(Reference):
    @override
    def search(self, query: str, limit: int) -> object:
        return super().search(query, limit) if query else []


class SearchUnlimited(Reference):
    @override
    def search(self, query: str, limit: int) -> object:
        return super().search(query, 1_000)


class SearchBare(Reference):
    @override
    def hit(self, name: str) -> Json:
        return {"symbol": name}


class KnowsEverything(Reference):
    @override
    def symbol(self, name: str) -> object:
        return self.info(name, self.markets.get(name) or self.markets["X:SPARSE"])


class ForgetsErrors(Reference):
    @override
    def asked_history(self, params: dict[str, str]) -> object:
        told = super().asked_history(params)
        return {"s": "no_data"} if "errmsg" in str(told)[:60] else told


class Groups(Reference):
    """Resolves its symbols by groups; those it does not know are an error."""

    unknown: bytes = b'{"symbol":[]}'

    @override
    def config(self) -> object:
        told = super().config()
        assert isinstance(told, dict)
        return {**told, "supports_search": False, "supports_group_request": True}

    @override
    def answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        if path == "/symbols":
            return 404, b"not here"
        if path != "/symbol_info":
            return super().answer(path, params)
        return 200, orjson.dumps(self.table()) if params["group"] == "AMEX" else self.unknown

    def table(self) -> Json:
        first = self.info("X:SPARSE", self.markets["X:SPARSE"])
        odd = {"name": "symbol", "session": "session-regular", "listed_exchange": "exchange-listed"}
        named = {odd.get(name, name.replace("_", "-")): value for name, value in first.items()}
        lists = {"symbol": ["SPARSE"], "ticker": ["X:SPARSE"], "supported-resolutions": [["1D"]]}
        return {**named, "exchange-traded": "X", **lists}


class GroupError(Groups):
    unknown = b'{"s":"error"}'


class Marks(Reference):
    """Has one answer to both kinds of marks."""

    def __init__(self, told: object) -> None:
        super().__init__()
        self.told = told

    @override
    def marks(self, path: str, params: dict[str, str]) -> object:
        return self.told


class MarksBetween(Reference):
    @override
    def marks(self, path: str, params: dict[str, str]) -> object:
        return [{"id": 1, "time": int(params["from"]) + 1, "color": "red", "label": "M"}]


class Quotes(Reference):
    def __init__(self, told: object) -> None:
        super().__init__()
        self.told = told

    @override
    def quotes(self, symbols: list[str]) -> object:
        return self.told
