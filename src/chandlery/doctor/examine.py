"""Examines a UDF server: chooses what to look at, makes the checks, collects what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chandlery.core.resolution import Resolution
from chandlery.doctor.answer import Answer, Exchange
from chandlery.doctor.check import Fault, Probe, Rule, Severity, Subject
from chandlery.doctor.checks import (
    ANSWER_RULES,
    CONFIG_RULES,
    EXTRA_PROBES,
    FIGURE_RULES,
    HEADER_RULES,
    HISTORY_RULES,
    PAGING_RULES,
    RANGE_PROBES,
    SEARCH_PROBES,
    SERVICE_PROBES,
    SYMBOL_RULES,
)
from chandlery.doctor.checks.search import found, tickers
from chandlery.doctor.checks.symbols import symbol_found, symbol_resolutions
from chandlery.doctor.listing import Listing, rows_of
from chandlery.doctor.report import Report
from chandlery.doctor.series import Series
from chandlery.doctor.visit import SpentError, Visit

CHOSEN = 3
"""Symbols that are looked at where none is named."""
BRIEF = 2
"""Resolutions that are looked at of every symbol but the first."""
SERVER = "server"
_GROUPS = ("NYSE", "FOREX", "AMEX")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be looked at; where nothing is said the doctor chooses."""

    symbols: Sequence[str] = ()
    resolutions: Sequence[Resolution] = ()


class Examination:
    """One examination; `report` holds what was found so far, also if it is broken off."""

    def __init__(
        self, visit: Visit, wish: Wish | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._visit = visit
        self._wish = wish or Wish()
        self._tell = tell
        self._series: list[Series] = []
        self.report = Report()

    async def run(self) -> Report:
        """Make every check, as far as the allowed requests reach."""
        try:
            await self._look()
        except SpentError as spent:
            self.report.unfinished = spent.message
        for series in self._series:
            for answer in series.answers:
                self._judge(HISTORY_RULES, answer, answer.label)
        for exchange in self._visit.exchanges:
            self._judge(ANSWER_RULES, exchange, exchange.path)
            self._judge(HEADER_RULES, exchange, SERVER)
        self.report.requests = len(self._visit.exchanges)
        order = list(Severity)
        self.report.findings.sort(key=lambda finding: order.index(finding.severity))
        return self.report

    async def _look(self) -> None:
        self._tell("configuration")
        self._judge(CONFIG_RULES, await self._visit.open(), SERVER)
        await self._probe((*SERVICE_PROBES, *SEARCH_PROBES), self._visit, SERVER)
        for index, listing in enumerate(await self._listings()):
            self._judge(SYMBOL_RULES, listing, listing.asked)
            if not listing.is_known:
                continue
            for resolution in self._resolutions(listing, is_first=index == 0):
                await self._look_at(Series(self._visit, listing, resolution))

    def _resolutions(self, listing: Listing, *, is_first: bool) -> list[Resolution]:
        """Return what is looked at of a symbol; only what a chart would ask this server for."""
        if not self._wish.resolutions:
            return listing.telling()[: None if is_first else BRIEF]
        for resolution in set(self._wish.resolutions) - set(listing.native):
            told = f"charts do not ask this server for {resolution.tradingview}"
            fault = Fault(told, listing.exchange, Severity.NOTE)
            self.report.note(symbol_resolutions, listing.asked, fault)
        return [each for each in self._wish.resolutions if each in listing.native]

    async def _look_at(self, series: Series) -> None:
        self._tell(series.label)
        self.report.series.append(series.label)
        self._series.append(series)
        await series.browse()
        self._judge((*PAGING_RULES, *FIGURE_RULES), series, series.label)
        await self._probe((*RANGE_PROBES, *EXTRA_PROBES), series, series.label)

    async def _listings(self) -> list[Listing]:
        """Resolve the symbols as the client would: by groups only if the server wants it."""
        if self._visit.config.get("supports_group_request"):
            return await self._grouped()
        symbols = list(self._wish.symbols) or (tickers(await found(self._visit, "")))[:CHOSEN]
        if not symbols:
            fault = Fault("there is no symbol to look at", _nothing("name one with --symbol"))
            self.report.note(symbol_found, SERVER, fault)
        listings = []
        for symbol in symbols:
            told = await self._visit.get("/symbols", symbol=symbol)
            is_error = told.fields.get("s") == "error"
            info = {} if is_error else told.fields
            listings.append(Listing(symbol, told, info, self._visit.config))
        return listings

    async def _grouped(self) -> list[Listing]:
        listings = []
        for group in _GROUPS:
            told = await self._visit.once("/symbol_info", group=group)
            for row in rows_of(told.fields):
                names = {str(row.get("name")), str(row.get("ticker"))}
                if not self._wish.symbols or names & set(self._wish.symbols):
                    listings.append(Listing(str(row.get("name")), told, row, self._visit.config))
        return listings if self._wish.symbols else listings[:CHOSEN]

    def _judge(self, rules: Iterable[Rule[Subject]], subject: Subject, label: str) -> None:
        for rule in rules:
            self.report.ran(rule)
            for fault in rule.faults(subject):
                self.report.note(rule, label, fault)

    async def _probe(self, probes: Iterable[Probe[Subject]], subject: Subject, label: str) -> None:
        for probe in probes:
            self.report.ran(probe)
            async for fault in probe.faults(subject):
                self.report.note(probe, label, fault)


def _nothing(why: str) -> Exchange:
    return Exchange("/search", {}, Answer(0, {}, b"", 0.0, why))
