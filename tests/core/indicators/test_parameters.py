"""How indicators are named and told what to do, and what is said when it makes no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core import indicators
from chandlery.core.errors import UsageError
from chandlery.core.indicators import INDICATORS, Value, indicator, parameters_of
from chandlery.engine.live import MOST_BARS
from tests.core.indicators.walks import walk


def test_what_is_public() -> None:
    assert sorted(indicators.__all__) == [
        "INDICATORS",
        "Indicator",
        "Outputs",
        "Parameter",
        "Timeline",
        "Value",
        "Values",
        "indicator",
        "parameters_of",
    ]


def test_the_table_holds_each_by_its_name() -> None:
    expected = "sma ema wma vwap bollinger rsi macd atr stochastic adx obv ichimoku supertrend"
    assert list(INDICATORS) == expected.split()
    for name, each in INDICATORS.items():
        assert each.name == name
        assert each.title
        assert each.help.endswith(".")
        assert len(each.help) < 100
        assert all(parameter.help for parameter in each.parameters)


def test_a_name_is_found_in_any_case() -> None:
    assert indicator(" RSI ") is INDICATORS["rsi"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("bolinger", "there is bollinger"), ("x" * 99, "there is sma, ema, wma, vwap, bollinger")],
)
def test_an_unknown_name_is_told_with_near_ones(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"unknown indicator '{name[:40]}'") as told:
        indicator(name)
    assert told.value.hint.startswith(hint)


def test_defaults_are_themselves_allowed() -> None:
    for each in INDICATORS.values():
        defaults = parameters_of(each, {})
        assert parameters_of(each, defaults) == defaults
        texts: dict[str, Value] = {name: str(value) for name, value in defaults.items()}
        assert parameters_of(each, texts) == defaults


@pytest.mark.parametrize("bound", ["low", "high"])
def test_what_the_ends_of_the_ranges_need_can_be_read_at_once(bound: str) -> None:
    for each in INDICATORS.values():
        ends: dict[str, Value] = {
            parameter.name: getattr(parameter, bound)
            for parameter in each.parameters
            if parameter.kind != "choice"
        }
        if each.name == "macd":
            ends |= {"fast": 1, "slow": max(2, int(ends["slow"]))}
        assert 0 <= each.warm_up(ends) <= MOST_BARS
        each.compute(walk(1, 300), ends)


def test_texts_and_numbers_are_read() -> None:
    read = parameters_of(INDICATORS["bollinger"], {"period": "30", "multiplier": 1})
    assert read == {"period": 30, "multiplier": 1.0, "source": "c"}
    assert parameters_of(INDICATORS["sma"], {"period": 7.0, "source": "Close"}) == {
        "period": 7,
        "source": "c",
    }


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("sma", {"length": 9}, "sma has no parameter 'length'"),
        ("obv", {"period": 9}, "obv has no parameter 'period'"),
        ("sma", {"period": "x"}, "sma: period is a whole number from 1 to 1000, found 'x'"),
        ("sma", {"period": "1_0"}, "found '1_0'"),
        ("sma", {"period": 2.5}, "found '2.5'"),
        ("sma", {"period": 0}, "found '0'"),
        ("sma", {"period": True}, "found 'True'"),
        ("sma", {"period": 10**400}, "found '1000"),
        ("rsi", {"period": 501}, "rsi: period is a whole number from 1 to 500, found '501'"),
        ("bollinger", {"multiplier": "nan"}, "multiplier is a number from 0.01 to 50"),
        ("bollinger", {"multiplier": "inf"}, "found 'inf'"),
        ("vwap", {"anchor": "year"}, "vwap: anchor is one of day, week, month, found 'year'"),
        ("ema", {"source": "v"}, "source is one of o, h, l, c, hl2, hlc3, ohlc4, found 'v'"),
        ("macd", {"fast": 26}, "macd: fast is less than slow, found 26 and 26"),
    ],
)
def test_what_cannot_be_is_named(name: str, given: dict[str, Value], message: str) -> None:
    with pytest.raises(UsageError) as told:
        parameters_of(INDICATORS[name], given)
    assert message in told.value.message
    with pytest.raises(UsageError):
        INDICATORS[name].compute(walk(1, 3), given)


@given(given=st.dictionaries(st.sampled_from(["period", "source"]), st.text() | st.floats()))
def test_no_text_breaks_the_reader(given: dict[str, Value]) -> None:
    try:
        values = parameters_of(INDICATORS["sma"], given)
    except UsageError:
        return
    assert 1 <= int(values["period"]) <= 1_000


def test_each_source_is_the_price_it_says() -> None:
    candles = walk(1, 5)
    o, h, l, c = candles.o, candles.h, candles.l, candles.c  # noqa: E741
    expected = {
        "o": o,
        "h": h,
        "l": l,
        "c": c,
        "hl2": (h + l) / 2,
        "hlc3": (h + l + c) / 3,
        "ohlc4": (o + h + l + c) / 4,
    }
    for source, prices in expected.items():
        own = INDICATORS["sma"].compute(candles, {"period": 1, "source": source})["sma"]
        assert own.tolist() == prices.tolist()
