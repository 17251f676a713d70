from __future__ import annotations

import pytest

from chandlery.core.resolution import Resolution
from chandlery.doctor import Severity, Wish
from chandlery.doctor.checks import AREAS
from tests.doctor import broken
from tests.doctor.broken import Changed, Configured, Marks, Quotes
from tests.doctor.reference import MARKETS, NOW, Reference, examined

ERROR, WARNING, NOTE = Severity


@pytest.mark.parametrize("symbol", sorted(MARKETS))
async def test_a_correct_server_is_healthy(symbol: str) -> None:
    report = await examined(Reference(), Wish(symbols=[symbol]))
    assert report.findings == []
    assert not report.unfinished


async def test_a_server_of_groups_is_healthy() -> None:
    report = await examined(broken.Groups())
    assert report.findings == []
    assert "X:SPARSE 1D" in report.series


FAULTS: list[tuple[Reference, str, str, Severity]] = [
    (broken.CapNewest(), "X:Dense", "history-cap", ERROR),
    (broken.CapNewest(), "X:Dense", "paging-holes", ERROR),
    (broken.CapOldest(), "X:Dense", "paging-holes", ERROR),
    (broken.InclusiveTo(), "X:Dense", "history-to", WARNING),
    (broken.InclusiveTo(), "X:Dense", "paging-doubles", WARNING),
    (broken.IgnoresTo(), "X:Dense", "history-to", ERROR),
    (broken.IgnoresTo(), "X:Dense", "paging-end", ERROR),
    (broken.IgnoresTo(), "X:Dense", "paging-storm", ERROR),
    (broken.IgnoresTo(), "X:Dense", "paging-doubles", ERROR),
    (broken.StrictCountback(), "X:Dense", "history-from", ERROR),
    (broken.NoCountback(), "X:SPARSE", "history-countback", ERROR),
    (broken.NoCountback(), "X:SPARSE", "paging-storm", ERROR),
    (broken.NoCountback(), "X:SPARSE", "history-rollover", ERROR),
    (broken.NextTimeInMs(), "X:SPARSE", "next-time", ERROR),
    (broken.NextTimeAhead(), "X:GAP", "next-time", ERROR),
    (broken.NextTimeTooOld(), "X:SPARSE", "history-gap", ERROR),
    (broken.NextTimeAtTheBeginning(), "X:YOUNG", "history-beginning", ERROR),
    (broken.NoNextTime(), "X:SPARSE", "history-gap", ERROR),
    (broken.NoNextTime(), "X:GAP", "history-end", ERROR),
    (broken.EmptyOk(), "X:YOUNG", "empty-ok", ERROR),
    (broken.EmptyOk(), "X:YOUNG", "history-beginning", ERROR),
    (broken.EmptyOkStorm(), "X:SPARSE", "paging-storm", ERROR),
    (broken.NoDataWithBars(), "X:YOUNG", "no-data-bars", ERROR),
    (broken.NoDataWithBars(), "X:YOUNG", "paging-bars", WARNING),
    (broken.Unsorted(), "X:YOUNG", "history-ascending", ERROR),
    (broken.Doubled(), "X:YOUNG", "history-ascending", ERROR),
    (broken.NullPrices(), "X:YOUNG", "history-numbers", ERROR),
    (broken.TextPrices(), "X:YOUNG", "history-numbers", WARNING),
    (broken.ShortColumn(), "X:YOUNG", "history-columns", ERROR),
    (broken.NoTimes(), "X:YOUNG", "history-columns", ERROR),
    (broken.InsaneBars(), "X:YOUNG", "history-sane", ERROR),
    (broken.Milliseconds(), "X:YOUNG", "history-seconds", ERROR),
    (broken.NotANumber(), "X:YOUNG", "json", ERROR),
    (broken.FutureBar(), "X:YOUNG", "history-future", ERROR),
    (broken.EpochModulo(), "X:SPARSE", "history-alignment", ERROR),
    (broken.SundayWeeks(), "X:SPARSE", "history-alignment", ERROR),
    (broken.LocalDays(), "X:SPARSE", "history-alignment", ERROR),
    (broken.Unstable(), "X:YOUNG", "history-stable", ERROR),
    (broken.AsWrittenCountback(), "X:YOUNG", "history-countback-zero", WARNING),
    (broken.Moody(), "X:YOUNG", "answered", ERROR),
    (broken.Moody(), "X:YOUNG", "history-status", ERROR),
    (broken.HtmlError(), "X:YOUNG", "json", ERROR),
    (broken.NoOrigin(), "X:YOUNG", "cors", WARNING),
    (broken.Slow(), "X:YOUNG", "slow", NOTE),
    (broken.KeyS(), "X:YOUNG", "symbol-s-key", ERROR),
    (Changed(), "X:NO-SUCH", "symbol-found", ERROR),
    (Changed(listed_exchange=None), "X:YOUNG", "symbol-fields", ERROR),
    (Changed(timezone=""), "X:YOUNG", "symbol-fields", ERROR),
    (Changed(ticker=None), "X:YOUNG", "symbol-ticker", ERROR),
    (Changed(session="9 to 5"), "X:YOUNG", "symbol-session", ERROR),
    (Changed(timezone="Mars/Olympus"), "X:YOUNG", "symbol-session", ERROR),
    (Changed(pricescale=0), "X:YOUNG", "symbol-price", ERROR),
    (Changed(minmov="1"), "X:YOUNG", "symbol-price", ERROR),
    (Changed(pricescale=1e18), "X:YOUNG", "symbol-price", WARNING),
    (Changed(minmov=1_000, pricescale=10), "X:YOUNG", "price-steps", WARNING),
    (broken.PartVolumes(), "X:YOUNG", "volume-decimals", WARNING),
    (Changed(intraday_multipliers=[]), "X:YOUNG", "symbol-multipliers", ERROR),
    (Changed(intraday_multipliers=[1, 5]), "X:YOUNG", "symbol-multipliers", ERROR),
    (Changed(seconds_multipliers=["1S"]), "X:YOUNG", "symbol-multipliers", ERROR),
    (Changed(seconds_multipliers=None), "X:YOUNG", "symbol-multipliers", WARNING),
    (Changed(has_intraday=False), "X:YOUNG", "symbol-resolutions", ERROR),
    (Changed(supported_resolutions=[]), "X:YOUNG", "symbol-resolutions", ERROR),
    (Changed(has_no_volume=True), "X:YOUNG", "symbol-spelling", WARNING),
    (broken.NoConfig(), "X:YOUNG", "config-keys", ERROR),
    (broken.HtmlConfig(), "X:YOUNG", "config-json", ERROR),
    (Configured(supports_search=False), "X:YOUNG", "config-keys", ERROR),
    (Configured(supported_resolutions=None), "X:YOUNG", "config-resolutions", ERROR),
    (Configured(supported_resolutions=[1, "1Y"]), "X:YOUNG", "config-resolutions", ERROR),
    (Configured(exchanges=["NYSE"]), "X:YOUNG", "config-lists", WARNING),
    (broken.StrictSlashes(), "X:YOUNG", "double-slash", WARNING),
    (broken.JsonNotFound(), "X:YOUNG", "unmatched-path", WARNING),
    (broken.TimeObject(), "X:YOUNG", "time-number", ERROR),
    (broken.TimeInMs(), "X:YOUNG", "time-number", ERROR),
    (broken.TimeBehind(), "X:YOUNG", "time-skew", WARNING),
    (broken.KnowsEverything(), "X:YOUNG", "unknown-symbol", ERROR),
    (broken.ForgetsErrors(), "X:YOUNG", "unknown-history", ERROR),
    (broken.GroupError(), "X:SPARSE", "symbol-info", ERROR),
    (broken.SearchObject(), "X:YOUNG", "search-array", ERROR),
    (broken.SearchNeedsText(), "X:YOUNG", "search-empty", WARNING),
    (broken.SearchBare(), "X:YOUNG", "search-fields", WARNING),
    (broken.SearchUnlimited(), "X:YOUNG", "search-limit", NOTE),
    (broken.SearchByCase(), "X:YOUNG", "search-case", WARNING),
    (Marks({"marks": []}), "X:YOUNG", "marks", ERROR),
    (Marks([{"id": 1, "time": NOW * 1000}]), "X:YOUNG", "marks", ERROR),
    (broken.MarksBetween(), "X:YOUNG", "marks", ERROR),
    (Marks({"marks": []}), "X:YOUNG", "timescale-marks", ERROR),
    (Marks({"id": [1], "time": [60]}), "X:YOUNG", "timescale-marks", WARNING),
    (Marks([{"id": 1, "time": "now"}]), "X:YOUNG", "timescale-marks", ERROR),
    (Quotes({"s": "ok", "d": [{"s": "ok", "n": "young", "v": {}}]}), "X:YOUNG", "quotes", ERROR),
    (
        Quotes({"s": "ok", "d": [{"s": "ok", "n": "X:YOUNG", "v": {"lp": "1"}}]}),
        "X:YOUNG",
        "quotes",
        ERROR,
    ),
]


@pytest.mark.parametrize(
    ("server", "symbol", "check", "severity"),
    FAULTS,
    ids=[
        f"{type(server).__name__}-{check}-{row}" for row, (server, _, check, _) in enumerate(FAULTS)
    ],
)
async def test_a_fault_is_named(
    server: Reference, symbol: str, check: str, severity: Severity
) -> None:
    report = await examined(server, Wish(symbols=[symbol]))
    assert (check, severity) in {(found.check, found.severity) for found in report.findings}
    for found in report.findings:
        assert found.what
        assert found.request
        assert found.answer
        assert found.why
        assert found.todo


def test_every_check_has_a_fault_that_it_names() -> None:
    names = [check.name for checks in AREAS.values() for check in checks]
    assert len(names) == len(set(names))
    assert {check for _, _, check, _ in FAULTS} == set(names)


HARMLESS = {
    (broken.NoOrigin, "cors"),
    (broken.Slow, "slow"),
    (broken.SearchByCase, "search-case"),
    (broken.SearchUnlimited, "search-limit"),
    (broken.JsonNotFound, "unmatched-path"),
    (broken.StrictSlashes, "double-slash"),
    (broken.ForgetsErrors, "unknown-history"),
    (broken.KnowsEverything, "unknown-symbol"),
    (broken.KeyS, "symbol-s-key"),
    (broken.StrictCountback, "history-from"),
    (broken.NullPrices, "history-numbers"),
    (broken.Unstable, "history-stable"),
    (broken.LocalDays, "history-alignment"),
    (broken.SundayWeeks, "history-alignment"),
    (broken.AsWrittenCountback, "history-countback-zero"),
}


@pytest.mark.parametrize(("kind", "check"), sorted(HARMLESS, key=str))
async def test_a_fault_is_not_blamed_on_anything_else(kind: type[Reference], check: str) -> None:
    report = await examined(kind(), Wish(symbols=["X:YOUNG", "X:SPARSE"]))
    assert {found.check for found in report.findings} == {check}


async def test_it_stops_when_its_requests_are_spent() -> None:
    server = Reference()
    report = await examined(server, requests=40)
    assert server.asked == report.requests == 40
    assert report.unfinished == "40 requests were made"
    assert report.findings == []


async def test_it_looks_at_what_is_wished_for() -> None:
    wish = Wish(["X:YOUNG"], [Resolution.parse("5m"), Resolution.parse("1D")])
    assert (await examined(Reference(), wish)).series == ["X:YOUNG 5", "X:YOUNG 1D"]


async def test_a_resolution_that_charts_build_themselves_is_not_looked_at() -> None:
    wish = Wish(["X:YOUNG"], [Resolution.parse("15m")])
    report = await examined(Reference(), wish)
    (found,) = report.findings
    assert (found.check, found.severity) == ("symbol-resolutions", NOTE)
    assert found.what == "charts do not ask this server for 15"
    assert report.series == []


async def test_it_chooses_three_symbols_in_as_many_requests_as_are_usual() -> None:
    report = await examined(Reference(), requests=300)
    assert not report.unfinished
    assert len({series.split(" ")[0] for series in report.series}) == 3
