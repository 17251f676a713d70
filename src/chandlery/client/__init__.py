"""A typed client of a Chandlery server: read, stream and push, blocking or with asyncio.

Nothing of the server is imported with it.
"""

from chandlery.client.async_client import AsyncClient
from chandlery.client.client import Client
from chandlery.client.columns import Columns
from chandlery.client.errors import (
    BadRequestError,
    ClientError,
    ForbiddenError,
    NoAnswerError,
    NotFoundError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
    UnavailableError,
    UnknownIntervalError,
    UnknownSymbolError,
    UnreachableError,
)
from chandlery.client.events import (
    BarEvent,
    Correction,
    Event,
    Lost,
    Resync,
    Snapshot,
    StatusEvent,
    TickerEvent,
    TradesEvent,
    Update,
)
from chandlery.client.feeds import CandleFeed, Feed, StatusFeed, TickerFeed, TradeFeed
from chandlery.client.options import CandleRange, Moment, Options, Range
from chandlery.client.retry import Retry
from chandlery.client.table import CandleTable
from chandlery.client.values import (
    Candle,
    NewTrade,
    Pushed,
    Rejected,
    Series,
    Symbol,
    Ticker,
    Trade,
)

__all__ = [
    "AsyncClient",
    "BadRequestError",
    "BarEvent",
    "Candle",
    "CandleFeed",
    "CandleRange",
    "CandleTable",
    "Client",
    "ClientError",
    "Columns",
    "Correction",
    "Event",
    "Feed",
    "ForbiddenError",
    "Lost",
    "Moment",
    "NewTrade",
    "NoAnswerError",
    "NotFoundError",
    "Options",
    "ProtocolError",
    "Pushed",
    "Range",
    "RateLimitedError",
    "Rejected",
    "Resync",
    "Retry",
    "Series",
    "ServerError",
    "Snapshot",
    "StatusEvent",
    "StatusFeed",
    "Symbol",
    "Ticker",
    "TickerEvent",
    "TickerFeed",
    "Trade",
    "TradeFeed",
    "TradesEvent",
    "UnauthorizedError",
    "UnavailableError",
    "UnknownIntervalError",
    "UnknownSymbolError",
    "UnreachableError",
    "Update",
]
