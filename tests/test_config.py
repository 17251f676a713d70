from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.config import Seconds, Secret, Size, bytes_of, load, table
from chandlery.core.errors import ConfigError
from chandlery.core.filters import Rule
from chandlery.core.resolution import Resolution


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def origin(name: str, **flags: object) -> tuple[str, str]:
    found = {value.name: value for value in load(flags).values()}
    return found[name].value, found[name].origin


def test_without_anything_every_setting_has_its_default() -> None:
    defaults = {setting.name: setting.default for setting in table()}
    for value in load().values():
        assert value.origin == "default"
        assert value.value == defaults.get(value.name, "forever")


def test_flags_win_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = Path("chandlery.toml")
    file.write_text('data = "from-file"\n')
    assert origin("data") == ("from-file", str(file.absolute()))
    monkeypatch.setenv("CHANDLERY_DATA", "from-environment")
    assert origin("data") == ("from-environment", "CHANDLERY_DATA")
    assert origin("data", data="from-flag") == ("from-flag", "--data")
    assert origin("data", data=None) == ("from-environment", "CHANDLERY_DATA")
    monkeypatch.setenv("CHANDLERY_DATA", "")
    assert origin("data")[0] == "from-file"


def test_another_file_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("other.toml").write_text("http.port = 1\n")
    assert load(file=Path("other.toml")).settings.http.port == 1
    monkeypatch.setenv("CHANDLERY_CONFIG", "other.toml")
    assert load().settings.http.port == 1
    with pytest.raises(ConfigError, match=r"the settings file gone\.toml does not exist"):
        load(file=Path("gone.toml"))


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("prot = 1", "unknown setting 'prot' in ", "did you mean "),
        ("[http]\nprot = 1", "unknown setting 'http.prot' in ", "did you mean http.port?"),
        ("[retention]\ntrade = '1d'", "unknown setting 'retention.trade'", "retention.trades?"),
        ("[http]\nport = 'x'", "http.port is 'x' (", "chandlery config"),
        ("[http]\nport = 70000", "expected a whole number from 0 to 65535", "chandlery config"),
        ("store = 'oracle'", "store is 'oracle' (", "chandlery config"),
        ("ladder = '1m 7q'", "ladder is '1m 7q' (", "chandlery config"),
        ("[retention]\ntrades = 'long'", "expected a time such as 30d, or forever", "config"),
        ("[retention]\n3m = '1d'", "about 3m, which is no rung", "trades or one of 1m 5m"),
        ("[duckdb]\nmemory_limit = 'much'", "expected a size such as 1GB", "chandlery config"),
        ("[limits]\nbody = '1.0001KB'", "expected a size such as 64KB", "chandlery config"),
        ("[limits]\nquery_s = 0", "expected a number above 0", "chandlery config"),
        ("[http]\norigins = 'chart.example'", "expected origins such as https", "config"),
        ("[http]\ntrusted_proxies = 'proxy'", "expected addresses or networks", "config"),
        ("[access]\nread = 'maybe'", "expected open or closed", "chandlery config"),
        ("= nonsense", "cannot be read: ", "it holds lines such as"),
    ],
)
def test_a_wrong_file_is_told_with_what_was_expected(text: str, told: str, hint: str) -> None:
    Path("chandlery.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load()
    assert told in caught.value.message
    assert hint in caught.value.hint


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANDLERY_HTTP__PORT", "eighty")
    with pytest.raises(ConfigError) as caught:
        load()
    assert caught.value.message == (
        "http.port is 'eighty' (CHANDLERY_HTTP__PORT), expected a whole number from 0 to 65535"
    )


def test_variables_that_are_no_settings_of_ours_are_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_8000_TCP_ADDR", "TEST_DATA"):
        monkeypatch.setenv(f"CHANDLERY_{name}", "10.0.0.1")
    assert load().origins == {}


def test_retention_is_said_for_trades_and_rungs(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("chandlery.toml").write_text("[retention]\ntrades = '90d'\n60 = '2y'\n")
    monkeypatch.setenv("CHANDLERY_RETENTION__5M", "forever")
    assert load().settings.retention_of() == {
        None: 90 * 86_400,
        Resolution.parse("1h"): 2 * 365 * 86_400,
        Resolution.parse("5m"): 0,
    }


def test_the_ladder_is_text_or_a_list() -> None:
    for text in ("'1m 1h'", "'1m,1h'", "['1m', '60']"):
        Path("chandlery.toml").write_text(f"ladder = {text}\n")
        assert [str(rung) for rung in load().settings.ladder] == ["1m", "1h"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "forever"), (86_400, "1d"), (90, "90s"), (5_400, "90m"), (1_209_600, "2w")],
)
def test_lengths_of_time_are_shown_as_they_are_written(seconds: int, text: str) -> None:
    assert str(Seconds(seconds)) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [("4096", 4_096), ("1b", 1), ("64KB", 64_000), ("64 KiB", 65_536), ("1.5gb", 1_500_000_000),
     ("256MB", 256_000_000), ("2T", 2 * 10**12), (" 1m ", 1_000_000)],
)  # fmt: skip
def test_sizes_are_read_as_bytes(text: str, number: int) -> None:
    assert bytes_of(text) == number


@pytest.mark.parametrize(
    "text", ["", "0", "-1KB", "1.5", "0.0001KB", "KB", "1XB", "1KBB", "1e3", "inf"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        bytes_of(text)


@given(st.integers(1, 10**15))
def test_sizes_are_shown_as_they_may_be_written(number: int) -> None:
    assert bytes_of(str(Size(number))) == number


def test_lists_are_text_or_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("chandlery.toml").write_text('[http]\ntrusted_proxies = ["10.0.0.1", "fd00::/8"]\n')
    monkeypatch.setenv("CHANDLERY_HTTP__ORIGINS", "https://A.example:443, http://b:80/ http://c:81")
    http = load().settings.http
    assert http.origins == ("https://a.example", "http://b", "http://c:81")
    assert str(http.trusted_proxies) == "10.0.0.1/32, fd00::/8"
    assert origin("http.origins")[0] == "https://a.example, http://b, http://c:81"


@pytest.mark.parametrize(
    "text",
    ["null", "file:///x", "https://", "https://a/b", "https://u@a", "https://a:99999", "https://*.a",
     "ftp://a", "a.example", "https://a?x"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANDLERY_HTTP__ORIGINS", f"https://good.example,{text}")
    with pytest.raises(ConfigError, match=r"http\.origins is"):
        load()


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "canary-" + "x" * 32
    monkeypatch.setenv("CHANDLERY_ACCESS__JWT_SECRET", secret)
    loaded = load()
    assert loaded.settings.access.jwt_secret.reveal() == secret
    assert origin("access.jwt_secret") == ("***", "CHANDLERY_ACCESS__JWT_SECRET")
    settings = loaded.settings
    shown = [repr(settings), str(settings), repr(loaded), str(loaded.values())]
    shown += [f"{settings.access.jwt_secret}", repr(settings.access.jwt_secret)]
    shown.append(repr(settings.access.model_dump()))
    assert all("canary" not in text for text in shown)
    with pytest.raises(TypeError):
        json.dumps({"secret": settings.access.jwt_secret})
    assert not Secret()


@pytest.mark.parametrize("toml", ['"canary-short"', "1234567890123456789", "['canary']"])
def test_a_secret_that_is_too_short_is_not_shown_either(toml: str) -> None:
    Path("chandlery.toml").write_text(f"[access]\njwt_secret = {toml}\n")
    with pytest.raises(ConfigError) as caught:
        load()
    assert "access.jwt_secret is *** (" in caught.value.message
    assert "at least 32 characters" in caught.value.message
    assert "canary" not in repr(caught.value)
    assert caught.value.__cause__ is None


FILTER = '[filters."BINANCE:*"]\nmin_notional = 5\nmax_deviation = 0.2\nwindow = "30m"\n'


def test_filters_are_tables_of_the_file_or_json(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("chandlery.toml").write_text(FILTER)
    rule = Rule(min_notional=5.0, max_deviation=0.2, window_s=1_800)
    assert load().settings.filters == {"BINANCE:*": rule}
    assert origin("filters")[0] == "BINANCE:*"
    monkeypatch.setenv("CHANDLERY_FILTERS", '{"*": {"min_notional": 1}}')
    assert load().settings.filters == {"*": Rule(min_notional=1.0)}


@pytest.mark.parametrize(
    "table",
    [
        "",
        "min = 5",
        'min_notional = "much"',
        "min_notional = -1",
        "min_notional = nan",
        'window = "2h"',
        "max_deviation = [1]",
        'window = "soon"',
    ],
)
def test_a_filter_that_cannot_be_is_told(table: str) -> None:
    Path("chandlery.toml").write_text(f'[filters."*"]\n{table}\n')
    with pytest.raises(ConfigError, match=r"filters is .* expected tables with min_notional"):
        load()
