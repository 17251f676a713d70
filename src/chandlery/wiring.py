"""The one place that knows which adapter is which. Only the adapter that is chosen is imported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chandlery.config import Settings
from chandlery.core.clock import Clock
from chandlery.core.errors import StoreError
from chandlery.engine.engine import Engine
from chandlery.engine.ingest import Limits
from chandlery.engine.server import Server, ServerLimits
from chandlery.engine.watchlist import Venues, Watchlist
from chandlery.sources.source import Source
from chandlery.stores import Store

FILE = "chandlery.duckdb"


@contextmanager
def open_engine(settings: Settings, *, create: bool = True) -> Iterator[Engine]:
    """Open the engine on the store of the settings, and close the store at the end."""
    store = open_store(settings, create=create)
    try:
        yield Engine(store, settings.ladder)
    finally:
        store.close()


def open_store(settings: Settings, *, create: bool = True) -> Store:
    """Open the store; without `create` it must be there already."""
    return _STORES[settings.store](settings, create)


def limits_of(settings: Settings) -> Limits:
    """Return what the writer may hold."""
    return Limits(settings.ingest.queued_rows, settings.ingest.commit_rows)


def server_of(settings: Settings, engine: Engine, clock: Clock) -> Server:
    """Return the service of an engine, with the limits of the settings."""
    limits = ServerLimits(
        writer=limits_of(settings),
        query_s=settings.limits.query_s,
        live_bytes=settings.live.memory,
    )
    server = Server(engine, clock, limits, settings.retention_of())
    server.open_history = lambda wanted: open_history(settings, engine, clock, wanted)
    return server


def open_sources(settings: Settings, server: Server) -> list[Source]:
    """Return what is followed, and have the server follow other markets when it is asked to."""
    from chandlery.engine.following import Following
    from chandlery.live_venues import LiveVenues
    from chandlery.sources.live.surroundings import Surroundings
    from chandlery.venues import feeds_of

    engine, around = server.engine, Surroundings(server.clock)
    venues = LiveVenues(settings, engine, around)
    server.following = Following(server, venues, settings.feeds.live)
    added = [each.market for each in server.following.markets() if each.origin == "added"]
    return feeds_of(settings, engine, around, added)


def open_watchlist(settings: Settings, engine: Engine, clock: Clock) -> tuple[Watchlist, Venues]:
    """Return which markets are followed whenever a server runs, and the venues."""
    from chandlery.live_venues import LiveVenues
    from chandlery.sources.live.surroundings import Surroundings

    venues = LiveVenues(settings, engine, Surroundings(clock))
    return Watchlist(engine.store, venues, settings.feeds.live), venues


def open_history(
    settings: Settings, engine: Engine, clock: Clock, wanted: tuple[str, str, int, int | None]
) -> list[Source]:
    """Return what fetches (symbols, kind, start, end) from their venues, resumable."""
    from chandlery.venues import histories_of

    return histories_of(settings, engine, clock, wanted)


def open_demo_sources(settings: Settings, engine: Engine, clock: Clock) -> list[Source]:
    """Return the source of made-up trades, its markets being registered."""
    import asyncio

    from chandlery.sources.synthetic import DEMO, Pace, Synthetic

    numbers = engine.registry.add([spec.market for spec in DEMO])
    demo = settings.demo
    pace = Pace(demo.seed, demo.rate, int(demo.history))
    return [Synthetic(DEMO, numbers, clock, asyncio.sleep, pace)]


def _open_duckdb(settings: Settings, create: bool) -> Store:  # noqa: FBT001 - called from a table
    from chandlery.stores.duckdb import DuckDBStore

    directory = settings.data.expanduser().absolute()
    path = directory / FILE
    if create:
        _make(directory)
    elif directory.exists() and not directory.is_dir():
        message = f"{directory} is a file, and a directory is expected"
        raise StoreError(message, hint="name the directory that holds the data with --data")
    elif not path.exists():
        message = f"no data in {directory}"
        hint = "name the directory with --data, or fill it: `chandlery import`, `chandlery demo`"
        raise StoreError(message, hint=hint)
    _refuse_unwritable(directory, path)
    limits = settings.duckdb
    return DuckDBStore(path, memory_limit=limits.memory_limit, threads=limits.threads)


def _open_memory(settings: Settings, create: bool) -> Store:  # noqa: FBT001 - called from a table
    from chandlery.stores.memory import MemoryStore

    return MemoryStore()


_STORES: dict[str, Callable[[Settings, bool], Store]] = {
    "duckdb": _open_duckdb,
    "memory": _open_memory,
}


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        message = f"{directory} is a file or lies in one, a directory for the data expected"
        raise StoreError(message, hint="name another with --data") from None
    except OSError as error:
        message = f"the data directory {directory} cannot be made: {error.strerror}"
        raise StoreError(message, hint="name another with --data, or allow it") from error


def _refuse_unwritable(directory: Path, path: Path) -> None:
    for place in (directory, path):
        if place.exists() and not os.access(place, os.W_OK):
            message = f"{place} may not be written to"
            raise StoreError(message, hint=f"allow it: chmod u+w '{place}'")
