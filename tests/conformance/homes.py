"""The stores under test, and how each is opened and opened again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from chandlery.stores import Store
from chandlery.stores.duckdb import DuckDBStore
from chandlery.stores.memory import MemoryStore

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "duckdb": lambda folder: DuckDBStore(folder / "market.duckdb"),
}
GONE_WITH_THE_PROCESS = ("memory",)


class Home:
    """A place where one store lives, over any number of restarts."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.store = STORES[kind](folder)

    def restart(self) -> Store:
        """Close the store and open it again; one that only lives in memory stays."""
        if self.kind not in GONE_WITH_THE_PROCESS:
            self.store.close()
            self.store = STORES[self.kind](self.folder)
        return self.store

    def before_and_after_a_restart(self) -> Iterator[Store]:
        """Yield the store as it is, then opened again."""
        yield self.store
        yield self.restart()
