"""The sections of the table: settings with a dot in their name."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chandlery.config.values import (
    SHORTEST_SECRET,
    SIZE,
    Bytes,
    Duration,
    Followed,
    Hidden,
    History,
    Listed,
    Network,
    Networks,
    Origins,
    Seconds,
    Secret,
    Size,
    Span,
    StreamAddress,
    Streams,
    WebAddress,
)

KB, MB = 1_000, 1_000_000

_FROM_1 = "a whole number from 1 on"
_FROM_0 = "a whole number from 0 on"
_A_SIZE = "a size such as 64KB, 1MiB or 4096"


def of(default: Any, help_text: str, expected: str, **limits: Any) -> Any:
    """Return a row of the table."""
    return Field(default, description=help_text, json_schema_extra={"expected": expected}, **limits)


class Section(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Http(Section):
    """How the server is reached."""

    host: str = of(
        "127.0.0.1", "Address to listen at; `0.0.0.0` is every one.", "a host name or an address"
    )
    port: int = of(
        8000,
        "Port to listen at; 0 takes a free one.",
        "a whole number from 0 to 65535",
        ge=0,
        le=65_535,
    )
    origins: Origins = of(
        Listed[str](),
        "Sites whose pages may call the server from a browser; `*` is every one.",
        "origins such as https://chart.example, with commas between them, or *",
    )
    trusted_proxies: Networks = of(
        Listed[Network](),
        "Proxies whose `X-Forwarded-For` is believed.",
        "addresses or networks such as 10.0.0.2 or 10.0.0.0/8, with commas between them",
    )


class Access(Section):
    """Who may do what."""

    read: Literal["open", "closed"] = of(
        "open",
        "Whether data is shown without a key; writing and administration always need one.",
        "open or closed",
    )
    jwt_secret: Hidden = of(
        Secret(),
        "Secret of tokens signed with HS256. Never shown.",
        f"a text of at least {SHORTEST_SECRET} characters",
    )
    jwt_keys: str = of(
        "", "File with the public keys of tokens signed with RS256.", "a JWKS or PEM file"
    )
    jwt_audience: str = of("", "What `aud` of a token must hold.", "a text")
    jwt_issuer: str = of("", "What `iss` of a token must be.", "a text")


class Limits(Section):
    """What one client may take."""

    requests: int = of(
        100,
        "Requests a minute and endpoint for each key or address; 0 is no limit.",
        _FROM_0,
        ge=0,
        le=10_000_000,
    )
    body: Bytes = of(Size(64 * KB), "The largest body of a request.", _A_SIZE)
    connections: int = of(
        50, "Connections of one address at a time; this machine's own are free.", _FROM_1, ge=1
    )
    query_s: float = of(
        2.0,
        "Seconds that one query of the store may take.",
        "a number above 0, at most 3600",
        gt=0,
        le=3_600,
    )


class Metrics(Section):
    """Where figures about the server are found."""

    port: int = of(
        0,
        "Port of `/metrics`; 0 has it on the main port.",
        "a whole number from 0 to 65535",
        ge=0,
        le=65_535,
    )


class LiveSeries(Section):
    """The newest bars, kept in memory."""

    memory: Bytes = of(Size(256 * MB), "What series in use may hold in memory.", _A_SIZE)


class WebSockets(Section):
    """What clients of the stream may take."""

    clients: int = of(20_000, "Clients at a time.", _FROM_1, ge=1)
    per_address: int = of(
        10, "Clients of one address at a time; this machine's own are free.", _FROM_1, ge=1
    )
    subscriptions: int = of(200, "Subscriptions of a client.", _FROM_1, ge=1)
    message: Bytes = of(Size(4_096), "The largest message a client may send.", _A_SIZE)
    messages: int = of(10, "Messages a client may send a second.", _FROM_1, ge=1)


class DuckDB(Section):
    """The database engine inside the process."""

    memory_limit: str = of(
        "1GB", "What the database may hold in memory.", "a size such as 1GB", pattern=SIZE
    )
    threads: int = of(2, "Threads a query may use.", "a whole number from 1 to 256", ge=1, le=256)


class Writing(Section):
    """The single writer."""

    queued_rows: int = of(2_000_000, "Rows that may wait to be written.", _FROM_1, ge=1)
    commit_rows: int = of(250_000, "Rows that are committed at once, about.", _FROM_1, ge=1)


class Push(Section):
    """Trades that others send."""

    body: Bytes = of(
        Size(16 * MB), "The largest body of a push, as it is sent and also unpacked.", _A_SIZE
    )
    rows: int = of(250_000, "Rows of a push.", _FROM_1, ge=1)
    markets: int = of(
        10_000,
        "With so many markets, or more, a push makes no new ones; 0 lets none be made.",
        _FROM_0,
        ge=0,
    )


class Feeds(Section):
    """Live markets."""

    live: Followed = of(
        Listed[str](),
        "Markets to follow: a venue, a colon, and its symbols.",
        "a text such as binance:BTCUSDT,ETHUSDT",
    )
    backfill: History = of(
        Span(0), "How much history is fetched beside them.", "a time such as 30d, or none"
    )


_STREAM_EXPECTED = "an address such as wss://stream.binance.com:9443"
_REST_EXPECTED = "an address such as https://api.binance.com"


class BinanceSection(Section):
    """The exchange Binance; others that speak as it does can be named too."""

    rest_url: WebAddress = of(
        "https://api.binance.com", "REST address of the spot market.", _REST_EXPECTED
    )
    ws_url: StreamAddress = of(
        "wss://stream.binance.com:9443", "Stream address of the spot market.", _STREAM_EXPECTED
    )
    usdm_rest_url: WebAddress = of(
        "https://fapi.binance.com", "REST address of USD-M futures.", _REST_EXPECTED
    )
    usdm_ws_url: StreamAddress = of(
        "wss://fstream.binance.com/market", "Stream address of USD-M futures.", _STREAM_EXPECTED
    )
    streams: Streams = of(
        Listed[str](("aggTrade",)),
        "What is taken: trades as `aggTrade` or `trade`, the exchange's bars as `kline`.",
        "kline, and one of aggTrade and trade",
    )


class BybitSection(Section):
    """The exchange Bybit: the part of the market is added to the stream's address."""

    rest_url: WebAddress = of("https://api.bybit.com", "REST address of Bybit.", _REST_EXPECTED)
    ws_url: StreamAddress = of(
        "wss://stream.bybit.com/v5/public", "Stream address of Bybit.", _STREAM_EXPECTED
    )


class CoinbaseSection(Section):
    """The exchange Coinbase."""

    rest_url: WebAddress = of(
        "https://api.exchange.coinbase.com", "REST address of Coinbase.", _REST_EXPECTED
    )
    ws_url: StreamAddress = of(
        "wss://ws-feed.exchange.coinbase.com", "Stream address of Coinbase.", _STREAM_EXPECTED
    )


class HyperliquidSection(Section):
    """The exchange Hyperliquid."""

    rest_url: WebAddress = of(
        "https://api.hyperliquid.xyz", "REST address of Hyperliquid.", _REST_EXPECTED
    )
    ws_url: StreamAddress = of(
        "wss://api.hyperliquid.xyz/ws", "Stream address of Hyperliquid.", _STREAM_EXPECTED
    )


class KrakenSection(Section):
    """The exchange Kraken."""

    rest_url: WebAddress = of("https://api.kraken.com", "REST address of Kraken.", _REST_EXPECTED)
    ws_url: StreamAddress = of(
        "wss://ws.kraken.com/v2", "Stream address of Kraken.", _STREAM_EXPECTED
    )


class OkxSection(Section):
    """The exchange OKX."""

    rest_url: WebAddress = of("https://www.okx.com", "REST address of OKX.", _REST_EXPECTED)
    ws_url: StreamAddress = of(
        "wss://ws.okx.com:8443/ws/v5/business", "Stream address of OKX.", _STREAM_EXPECTED
    )


class Log(Section):
    """What is told on standard error."""

    level: Literal["debug", "info", "warning", "error"] = of(
        "info", "The least important messages that are shown.", "debug, info, warning or error"
    )
    format: Literal["auto", "json", "console"] = of(
        "auto",
        "`json` lines, `console` text, or `auto`: text on a terminal.",
        "auto, json or console",
    )


class Demo(Section):
    """The made-up markets of `chandlery demo`."""

    seed: int = of(1, "Chooses the made-up prices.", _FROM_0, ge=0)
    rate: float = of(
        1.0,
        "Trades a second and market, on average.",
        "a number above 0, at most 10000",
        gt=0,
        le=10_000,
    )
    history: Duration = of(
        Seconds(86_400), "How much history is made up at the first start.", "a time such as 24h"
    )
