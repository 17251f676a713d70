"""The feed of one market's trades: the newest ones, and how many had to be left out."""

from __future__ import annotations

from collections import deque

from typing_extensions import override

from chandlery.api.websocket.feed import Feed
from chandlery.api.websocket.frames import text_frame
from chandlery.api.websocket.limits import Limits
from chandlery.api.websocket.messages import name_of, trades_message
from chandlery.api.websocket.topics import Topic
from chandlery.core.trades import BUY, SELL, Trades
from chandlery.formats.numbers import texts_of

SIDES = {BUY: '"buy"', SELL: '"sell"'}


class TradeFeed(Feed):
    """Sends each trade once, to whom keeps up. Its position is how many there were."""

    def __init__(self, topic: Topic, symbol: str, limits: Limits) -> None:
        super().__init__(topic)
        self.every_s = limits.flush_s
        self._name = name_of("trades", symbol)
        self._newest: deque[bytes] = deque(maxlen=limits.trades_kept)
        self._count = 0

    def add_trades(self, trades: Trades) -> None:
        """Take in trades that were committed."""
        self._count += len(trades)
        most = self._newest.maxlen or 0
        self._newest.extend(trade_rows(trades.take(slice(max(0, len(trades) - most), None))))

    @override
    def position(self) -> int:
        return self._count

    @override
    def waiting_mark(self, since: int | None) -> int:
        return self._count

    @override
    def between(self, mark: int) -> bytes | None:
        missed = self._count - mark
        kept = min(missed, len(self._newest))
        if not missed:
            return b""
        rows = list(self._newest)[len(self._newest) - kept :]
        return text_frame(trades_message(self._name, missed - kept, rows))

    @override
    def opening(self, bars: int, since: int | None) -> bytes:
        return b""

    @override
    def renewing(self, bars: int) -> bytes:
        return b""


def trade_rows(trades: Trades) -> list[bytes]:
    """Return each trade as a JSON object; ids as text, for they may be beyond 2**53."""
    prices, sizes = texts_of(trades.price), texts_of(trades.size)
    sides = [SIDES.get(side, "null") for side in trades.side.tolist()]
    rows = zip(trades.time.tolist(), prices, sizes, sides, trades.id.tolist(), strict=True)
    return [
        b'{"time":%d,"price":%s,"size":%s,"side":%s,"id":"%d"}'
        % (time, price.encode(), size.encode(), side.encode(), id_)
        for time, price, size, side, id_ in rows
    ]
