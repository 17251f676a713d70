"""What commands need of a data directory, whether it is open here or held by a running server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chandlery.api.admin.requests import (
    BackfillRequest,
    CandlesRequest,
    RangeRequest,
    TradesRequest,
)
from chandlery.cli import running
from chandlery.cli.opened import now_s, settings_of
from chandlery.clock import SystemClock
from chandlery.config import Settings
from chandlery.core.candles import Candles
from chandlery.core.errors import StoreLockedError
from chandlery.core.resolution import Resolution
from chandlery.core.trades import Trades
from chandlery.engine.backfill import backfilling
from chandlery.engine.chores import (
    Progress,
    Rolled,
    Said,
    Verified,
    maintain_steps,
    rebuild_range,
    rebuild_steps,
    verify_steps,
)
from chandlery.engine.engine import Engine
from chandlery.engine.gaps import GapRow, gap_rows
from chandlery.engine.job_list import current_jobs
from chandlery.engine.jobs import Job
from chandlery.engine.markets import MarketSummary, summaries
from chandlery.engine.pieces import Wanted, pieces, trade_pieces
from chandlery.engine.quality import quality_rows
from chandlery.wiring import open_engine, open_history, server_of

if TYPE_CHECKING:
    from chandlery.api.access.keys import ApiKey, Issued
    from chandlery.api.access.principal import Scope
    from chandlery.cli.feed_desk import FeedDesk
    from chandlery.cli.market_desk import MarketDesk


class KeyDesk(Protocol):
    """Where keys are made and revoked."""

    def create(self, name: str, scope: Scope, lifetime_s: int | None = None) -> Issued:
        """See Keys.create."""
        ...

    def all(self) -> list[ApiKey]:
        """See Keys.all."""
        ...

    def revoke(self, key_id: str) -> ApiKey:
        """See Keys.revoke."""
        ...


class Access(Protocol):
    """A data directory. Iterators work as they are asked; one left early is to be closed."""

    def candles(self, asked: CandlesRequest) -> Iterator[Candles]:
        """Yield the candles in order."""
        ...

    def trades(self, asked: TradesRequest) -> Iterator[Trades]:
        """Yield the trades in order."""
        ...

    def markets(self, query: str, limit: int) -> list[MarketSummary]:
        """Return the markets that fit."""
        ...

    def jobs(self) -> list[Job]:
        """Return the roll-ups as they stand."""
        ...

    def quality(self, symbol: str | None) -> list[dict[str, Any]]:
        """Return how good the data of a market is, or of all of them."""
        ...

    def gaps(self, symbol: str | None) -> list[GapRow]:
        """Return what was not collected of a market, or of all."""
        ...

    def verify(self) -> Generator[Progress | Verified]:
        """Compare every candle with its trades."""
        ...

    def rebuild(self, asked: RangeRequest) -> Generator[Rolled]:
        """Make candles again."""
        ...

    def backfill(self, asked: BackfillRequest) -> AsyncGenerator[Progress | Said]:
        """Fetch the past of markets from their venue."""
        ...

    def maintain(self) -> Generator[Said]:
        """Let go of what is past its time, and tidy the file."""
        ...

    def feeds(self) -> FeedDesk:
        """Return where feeds are looked at and changed."""
        ...

    def market_desk(self) -> MarketDesk:
        """Return where markets are edited and filtered."""
        ...

    def keys(self) -> KeyDesk:
        """Return where keys are made."""
        ...


@dataclass(frozen=True, slots=True)
class Local:
    """See Access. The directory is open in this process."""

    engine: Engine
    settings: Settings

    def candles(self, asked: CandlesRequest) -> Iterator[Candles]:
        """See Access.candles."""
        wanted = Wanted(
            self.engine.registry.number(asked.symbol),
            Resolution.parse(asked.resolution),
            asked.start,
            asked.end,
            asked.limit,
            asked.fill,
        )
        return pieces(self.engine, wanted, now_s())

    def trades(self, asked: TradesRequest) -> Iterator[Trades]:
        """See Access.trades."""
        number = self.engine.registry.number(asked.symbol)
        return trade_pieces(self.engine, number, (asked.start, asked.end), asked.limit)

    def markets(self, query: str, limit: int) -> list[MarketSummary]:
        """See Access.markets."""
        return summaries(self.engine, query, limit)

    def jobs(self) -> list[Job]:
        """See Access.jobs."""
        return current_jobs(self.engine, now_s())

    def quality(self, symbol: str | None) -> list[dict[str, Any]]:
        """See Access.quality."""
        return quality_rows(self.engine, symbol, now_s())

    def gaps(self, symbol: str | None) -> list[GapRow]:
        """See Access.gaps."""
        return gap_rows(self.engine, symbol, now_s())

    def verify(self) -> Generator[Progress | Verified]:
        """See Access.verify."""
        return verify_steps(self.engine, SystemClock())

    def rebuild(self, asked: RangeRequest) -> Generator[Rolled]:
        """See Access.rebuild."""
        wanted = rebuild_range(self.engine, asked.symbol, asked.start, asked.end)
        return rebuild_steps(self.engine, SystemClock(), wanted)

    async def backfill(self, asked: BackfillRequest) -> AsyncGenerator[Progress | Said]:
        """See Access.backfill."""
        wanted = (asked.markets, asked.kind, asked.start, asked.end)
        sources = open_history(self.settings, self.engine, SystemClock(), wanted)
        server = server_of(self.settings, self.engine, SystemClock())
        async with (
            server.running(jobs=False),
            aclosing(backfilling(server, sources)) as steps,
        ):
            async for step in steps:
                yield step

    def maintain(self) -> Generator[Said]:
        """See Access.maintain."""
        return maintain_steps(self.engine, SystemClock(), self.settings.retention_of())

    def feeds(self) -> FeedDesk:
        """See Access.feeds."""
        from chandlery.cli.feed_desk import LocalFeeds

        return LocalFeeds(self.engine, self.settings)

    def market_desk(self) -> MarketDesk:
        """See Access.market_desk."""
        from chandlery.cli.market_desk import LocalMarkets

        return LocalMarkets(self.engine)

    def keys(self) -> KeyDesk:
        """See Access.keys."""
        # Imported here and below: a third of a second that few commands need.
        from chandlery.api.access.keys import Keys

        return Keys(self.engine.store, SystemClock())


@contextmanager
def reached(data: Path | None, file: Path | None, *, create: bool = False) -> Iterator[Access]:
    """Give a directory; it must hold data already unless `create`.

    If a server holds it, that one does the work.
    """
    settings = settings_of(data, file)
    with ExitStack() as stack:
        access: Access
        try:
            access = Local(stack.enter_context(open_engine(settings, create=create)), settings)
        except StoreLockedError as error:
            access = stack.enter_context(_remote(settings, error))
        yield access


def _remote(settings: Settings, error: StoreLockedError) -> AbstractContextManager[Access]:
    """Return the server that holds the directory; raise if it is no server that holds it."""
    server = running.found_in(settings.data.expanduser().absolute())
    if server is None:
        raise error
    from chandlery.cli.remote import Remote

    return Remote.opened(server.address, server.key, error)
