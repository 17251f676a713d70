"""Every setting, as one object."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import override

from chandlery.config.sections import (
    Access,
    BinanceSection,
    BybitSection,
    CoinbaseSection,
    Demo,
    DuckDB,
    Feeds,
    Http,
    HyperliquidSection,
    KrakenSection,
    Limits,
    LiveSeries,
    Log,
    Metrics,
    OkxSection,
    Push,
    WebSockets,
    Writing,
    of,
)
from chandlery.config.values import (
    FOREVER,
    Duration,
    Events,
    EventTables,
    Filters,
    FilterTables,
    Ladder,
    read_ladder,
)
from chandlery.core.resolution import Resolution


class Settings(BaseSettings):
    """Every setting. See the sections for those with a dot in their name."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True
    )

    data: Path = of(
        Path("chandlery-data"), "Directory that holds all data; made if missing.", "a directory"
    )
    store: Literal["duckdb", "memory"] = of(
        "duckdb",
        "Where data is kept: one `duckdb` file, or in `memory` until the process ends.",
        "duckdb or memory",
    )
    ladder: Ladder = of(
        read_ladder("1m 5m 15m 1h 4h 1d 1w"),
        "Resolutions that are kept ready; each must divide the next.",
        "resolutions such as 1m 5m 1h 1d",
    )
    http: Http = Http()
    access: Access = Access()
    limits: Limits = Limits()
    live: LiveSeries = LiveSeries()
    websocket: WebSockets = WebSockets()
    metrics: Metrics = Metrics()
    duckdb: DuckDB = DuckDB()
    ingest: Writing = Writing()
    push: Push = Push()
    events: Events = of(
        EventTables(),
        "How events of your own become trades: a table `[events.NAME]` for each kind.",
        "tables such as [events.Swap] with symbol, time, price and size, or the same as JSON",
    )
    filters: Filters = of(
        FilterTables(),
        'Which trades candles leave out: a table such as `[filters."BINANCE:*"]` for each pattern.',
        "tables with min_notional, max_deviation (a part of 1) and window (5m to 1h), or JSON",
    )
    retention: dict[str, Duration] = of(
        {},
        "How long bars of a rung are kept, and `trades`.",
        f"a time such as 30d, or {FOREVER}",
    )
    feeds: Feeds = Feeds()
    binance: BinanceSection = BinanceSection()
    bybit: BybitSection = BybitSection()
    coinbase: CoinbaseSection = CoinbaseSection()
    hyperliquid: HyperliquidSection = HyperliquidSection()
    kraken: KrakenSection = KrakenSection()
    okx: OkxSection = OkxSection()
    log: Log = Log()
    demo: Demo = Demo()

    @classmethod
    @override
    def settings_customise_sources(cls, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Take what `load` has collected, and nothing else."""
        return (kwargs["init_settings"],)

    def retention_of(self) -> dict[Resolution | None, int]:
        """Return how many seconds each rung, and None for the trades, is kept; 0 is for ever."""
        return {
            None if name == "trades" else Resolution.parse(name): int(seconds)
            for name, seconds in self.retention.items()
        }
