"""From `kraken:BTC/USD` to a feed of its own for each venue."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chandlery.clock import SystemClock
from chandlery.config import load
from chandlery.core.errors import ConfigError
from chandlery.engine.engine import Engine
from chandlery.sources.live.surroundings import Surroundings
from chandlery.stores.memory import MemoryStore
from chandlery.venues import VENUES, feeds_of, histories_of

FOLLOWED = {
    "binance:btcusdt,ETHUSDT.P": ["BINANCE:BTCUSDT", "BINANCE:ETHUSDT.P"],
    "bybit:BTCUSDT,BTCUSDT.P,BTCUSD.P": ["BYBIT:BTCUSDT", "BYBIT:BTCUSDT.P", "BYBIT:BTCUSD.P"],
    "coinbase:btc-usd": ["COINBASE:BTC-USD"],
    "hyperliquid:BTC,kPEPE": ["HYPERLIQUID:BTC", "HYPERLIQUID:kPEPE"],
    "kraken:btc/usd,BTC/USD": ["KRAKEN:BTC/USD"],
    "okx:BTC-USDT,BTC-USDT-SWAP": ["OKX:BTC-USDT", "OKX:BTC-USDT-SWAP"],
    "ccxt.kucoin:BTC/USDT,BTC/USDT:USDT": ["KUCOIN:BTC/USDT", "KUCOIN:BTC/USDT:USDT"],
}


@pytest.mark.parametrize(("followed", "markets"), FOLLOWED.items())
def test_a_venue_is_followed_under_its_own_names(followed: str, markets: list[str]) -> None:
    engine = Engine(MemoryStore())
    settings = load({"feeds.live": followed, "feeds.backfill": "1d"}).settings
    sources = feeds_of(settings, engine, Surroundings(SystemClock()))
    assert [market.symbol for market in engine.registry.markets()] == markets
    names = [source.name for source in sources]
    assert len(set(names)) == len(names)
    assert all(f"{name}-history" in names for name in names if not name.endswith("-history"))


def test_every_venue_is_tried() -> None:
    assert {text.partition(":")[0] for text in FOLLOWED} == {*VENUES, "ccxt.kucoin"}


def test_the_past_of_any_venue_can_be_asked_for() -> None:
    engine = Engine(MemoryStore())
    wanted = ("kraken:BTC/USD okx:BTC-USDT", "trades", 0, 60)
    found = histories_of(load().settings, engine, SystemClock(), wanted)
    assert [source.name for source in found] == ["kraken-history", "okx-history"]


def test_a_venue_that_is_none_is_told_with_those_that_are() -> None:
    settings = load({"feeds.live": "nasdaq:AAPL"}).settings
    with pytest.raises(ConfigError, match="no venue is called 'nasdaq'") as told:
        feeds_of(settings, Engine(MemoryStore()), Surroundings(SystemClock()))
    assert "binance, bybit, coinbase, hyperliquid, kraken, okx" in told.value.hint


@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("ccxt.kukoin:BTC/USDT", "ccxt has no exchange 'kukoin'", "did you mean kucoin"),
        ("ccxt.kraken:BTC/USD kraken:BTC/USD", "KRAKEN:BTC/USD is named twice", "by one of them"),
    ],
)
def test_what_ccxt_cannot_follow_is_told(name: str, said: str, hint: str) -> None:
    settings = load({"feeds.live": name}).settings
    with pytest.raises(ConfigError, match=said) as told:
        feeds_of(settings, Engine(MemoryStore()), Surroundings(SystemClock()))
    assert hint in told.value.hint


def test_without_ccxt_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ccxt", "ccxt.pro", "ccxt.async_support"):
        monkeypatch.setitem(sys.modules, name, None)
    settings = load({"feeds.live": "ccxt.kucoin:BTC/USDT"}).settings
    with pytest.raises(ConfigError, match="need ccxt") as told:
        feeds_of(settings, Engine(MemoryStore()), Surroundings(SystemClock()))
    assert told.value.hint == "pip install 'chandlery[ccxt]'"


def test_the_past_of_an_exchange_of_ccxt_can_be_asked_for() -> None:
    wanted = ("ccxt.kucoin:BTC/USDT", "bars", 0, 60)
    found = histories_of(load().settings, Engine(MemoryStore()), SystemClock(), wanted)
    assert [source.name for source in found] == ["ccxt-kucoin-history"]


def test_ccxt_is_imported_only_when_it_is_named() -> None:
    code = "import sys, chandlery.venues; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
