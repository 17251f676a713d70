"""An import from the first file to the last roll-up: what is read, written, counted and said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chandlery.cli.interrupts import stopping
from chandlery.cli.opened import now_s
from chandlery.cli.progress import Shown
from chandlery.cli.rolling import roll_up
from chandlery.clock import SystemClock
from chandlery.core.errors import ChandleryError, StoreError, UsageError
from chandlery.core.market import Market
from chandlery.engine.engine import Engine
from chandlery.engine.importing import Chunk, Tally, import_chunks
from chandlery.engine.ingest import Ingest, Limits
from chandlery.engine.registry import Registry
from chandlery.engine.server import Server, ServerLimits
from chandlery.sources.files import FileOptions, Input, inputs, read


@dataclass(slots=True)
class FileResult:
    """What became of one file."""

    file: str
    tally: Tally = field(default_factory=Tally)
    error: ChandleryError | None = None

    @property
    def failed(self) -> bool:
        """Whether the file is damaged, or none of its rows could be taken."""
        return self.error is not None or (self.tally.rows > 0 and self.tally.taken == 0)

    @property
    def summary(self) -> str:
        """What became of the rows, in a line."""
        tally = self.tally
        parts = [f"{tally.accepted:,} accepted", f"{tally.repeated:,} repeated"]
        if tally.bars:
            parts = [f"{tally.bars:,} bars", *(parts if tally.accepted + tally.repeated else [])]
        if refused := sum(tally.refused.values()):
            reasons = ", ".join(f"{reason}: {count:,}" for reason, count in tally.refused.items())
            parts.append(f"{refused:,} refused ({reasons})")
        return f"{self.file}: {tally.rows:,} rows, {', '.join(parts)}, {tally.bad:,} bad"

    def as_json(self) -> dict[str, Any]:
        """Return the same for a machine."""
        tally = self.tally
        return {
            "file": self.file,
            "rows": tally.rows,
            "accepted": tally.accepted,
            "repeated": tally.repeated,
            "bars": tally.bars,
            "refused": tally.refused,
            "bad": tally.bad,
            "error": str(self.error) if self.error else None,
        }


@dataclass(slots=True)
class Outcome:
    """What an import did."""

    files: list[FileResult] = field(default_factory=list)
    rolled_up: int = 0
    is_interrupted: bool = False
    error: StoreError | None = None
    """Why the store could not go on."""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One run of the command."""

    engine: Engine
    limits: Limits
    options: FileOptions
    market: Mapping[str, str]
    """The session and the time zone of markets that are new."""
    shown: Shown
    rolls_up: bool = True

    async def run(self, patterns: Sequence[str]) -> Outcome:
        """Import the files, roll up, and return what was done; a signal ends it early."""
        outcome = Outcome()
        with stopping() as stop:
            try:
                await self._run(patterns, outcome, stop)
            except StoreError as error:
                # What was written before is told all the same.
                outcome.error = error
            outcome.is_interrupted = stop.is_set()
        return outcome

    async def _run(self, patterns: Sequence[str], outcome: Outcome, stop: asyncio.Event) -> None:
        server = Server(self.engine, SystemClock(), ServerLimits(self.limits))
        async with server.running(jobs=False):
            found = list(self._found(patterns, outcome))
            sizes = [item.total_bytes for item in found]
            self.shown.expect(None if None in sizes else sum(filter(None, sizes)))
            for item in found:
                if stop.is_set():
                    break
                outcome.files.append(FileResult(item.name))
                await self._import(server.ingest, item, outcome.files[-1], stop)
        if self.rolls_up and not stop.is_set():
            outcome.rolled_up = await roll_up(self.engine, now_s(), self.shown, stop)

    def _found(self, patterns: Sequence[str], outcome: Outcome) -> Iterator[Input]:
        """Yield the files; a name that means none is a result too."""
        seen = set()
        for pattern in patterns:
            try:
                for item in inputs([pattern]):
                    if item.name not in seen:
                        seen.add(item.name)
                        yield item
            except ChandleryError as error:
                outcome.files.append(FileResult(pattern, error=error))

    async def _import(
        self, ingest: Ingest, item: Input, result: FileResult, stop: asyncio.Event
    ) -> None:
        self.shown.begin(item.name)
        chunks = read(item, self.options, numbering(self.engine.registry, self.market))
        try:
            await import_chunks(ingest, chunks, result.tally, stop, self._report)
        except StoreError:
            # What the store cannot do for this file it cannot do for the next.
            raise
        except ChandleryError as error:
            result.error = error

    def _report(self, chunk: Chunk) -> None:
        for row in chunk.bad:
            self.shown.say(str(row))
        self.shown.advance(chunk.bytes_read, chunk.rows)


def numbering(registry: Registry, overrides: Mapping[str, str]) -> Callable[[str], int]:
    """Return what numbers a symbol, which becomes a market with the overrides if it is none yet."""

    def number_of(symbol: str) -> int:
        if not overrides:
            return registry.add_symbol(symbol)
        number = registry.add([Market.of(symbol, **overrides)])[0]
        known = registry.market(number)
        for name, wanted in overrides.items():
            if (found := getattr(known, name)) != wanted:
                word = name.replace("_", " ")
                message = f"{known.symbol} is known with the {word} {found}, not {wanted}"
                hint = f"leave --{name.replace('_', '-')} out, or import into another directory"
                raise UsageError(message, hint=hint)
        return number

    return number_of
