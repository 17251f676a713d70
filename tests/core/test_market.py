from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.core.calendar import Calendar
from chandlery.core.errors import SessionError, UsageError
from chandlery.core.market import Market
from chandlery.core.precision import needs_new_scale, price_scale_of, volume_precision_of

BAD_SYMBOLS = ["", " ", "A B", "A\nB", 'A"B', "A'B", "A`B", "A,B", "A\\B", "<A>", "A?B", "A%B"]
BAD_SYMBOLS += ["A\x00B", "Ä", "₿", "A" * 129]


@pytest.mark.parametrize(
    ("symbol", "exchange", "name", "base", "quote"),
    [
        ("BINANCE:BTCUSDT", "BINANCE", "BTCUSDT", "BTC", "USDT"),
        ("BINANCE:BTCFDUSD", "BINANCE", "BTCFDUSD", "BTC", "FDUSD"),
        ("COINBASE:BTC-USD", "COINBASE", "BTC-USD", "BTC", "USD"),
        ("OKX:BTC-USDT-SWAP", "OKX", "BTC-USDT-SWAP", "BTC", "USDT"),
        ("BTC/USDT:USDT", "", "BTC/USDT:USDT", "BTC", "USDT"),
        ("BINANCE:BTC/USDT:USDT", "BINANCE", "BTC/USDT:USDT", "BTC", "USDT"),
        ("BINANCE:BTCUSDT.P", "BINANCE", "BTCUSDT.P", "BTC", "USDT"),
        ("ETHBTC", "", "ETHBTC", "ETH", "BTC"),
        ("ethbtc", "", "ethbtc", "eth", "btc"),
        ("EURUSD", "", "EURUSD", "EUR", "USD"),
        ("WUSDT", "", "WUSDT", "W", "USDT"),
        ("UPBIT:KRW_BTC", "UPBIT", "KRW_BTC", "KRW", "BTC"),
        ("WETH", "", "WETH", "", ""),
        ("GOLD", "", "GOLD", "", ""),
        ("USDT", "", "USDT", "", ""),
        ("NASDAQ:AAPL", "NASDAQ", "AAPL", "", ""),
        ("CME:ES1!", "CME", "ES1!", "", ""),
        ("^GSPC", "", "^GSPC", "", ""),
    ],
)
def test_a_symbol_tells_its_exchange_and_pair(
    symbol: str, exchange: str, name: str, base: str, quote: str
) -> None:
    market = Market.of(symbol)
    assert (market.symbol, market.exchange, market.name) == (symbol, exchange, name)
    assert (market.base, market.quote) == (base, quote)


def test_what_is_said_wins_over_what_is_guessed() -> None:
    market = Market.of("X:BTCUSD", base="XBT", exchange="Kraken", price_scale=10, type="spot")
    assert (market.base, market.quote, market.exchange) == ("XBT", "USD", "Kraken")
    assert (market.price_scale, market.type) == (10, "spot")


def test_a_stock_is_no_pair() -> None:
    assert Market.of("XETR:ABEUR", type="stock").quote == ""


def test_a_market_is_always_open_crypto_unless_said() -> None:
    market = Market.of("BTCUSD")
    assert (market.type, market.calendar, market.price_scale) == ("crypto", Calendar(), 0)


def test_a_market_has_the_calendar_of_its_session() -> None:
    market = Market.of("NYSE:IBM", session="0930-1600", time_zone="America/New_York")
    assert market.calendar == Calendar("0930-1600", "America/New_York")


def test_a_market_with_an_unreadable_session_or_zone_is_refused() -> None:
    with pytest.raises(SessionError):
        Market.of("NYSE:IBM", session="always")
    with pytest.raises(SessionError):
        Market.of("NYSE:IBM", time_zone="New York")


@pytest.mark.parametrize("symbol", BAD_SYMBOLS)
def test_a_symbol_that_could_not_be_in_a_url_is_refused_with_what_was_found(symbol: str) -> None:
    with pytest.raises(UsageError) as caught:
        Market.of(symbol)
    assert repr(symbol)[1:5] in str(caught.value)
    assert len(str(caught.value)) < 400


def test_space_around_a_symbol_is_dropped_and_case_is_kept_but_does_not_tell_apart() -> None:
    market = Market(symbol=" Solana:9xQe\n")
    assert market.symbol == "Solana:9xQe"
    assert market.key == Market.of("SOLANA:9XQE").key


def test_a_market_can_be_stored_as_plain_fields() -> None:
    market = Market.of("BINANCE:BTCUSDT", description="Bitcoin", price_scale=100)
    assert msgspec.json.decode(msgspec.json.encode(market), type=Market) == market


@pytest.mark.parametrize(
    ("prices", "decimals"),
    [
        ([61837.63, 61838.0], 2),
        ([61837.0, 61838.0], 0),
        ([61837.5], 1),
        ([100.0, 101.0], 2),
        ([2.5, 2.51], 4),
        ([1.00012], 5),
        ([0.1 + 0.2, 0.7 + 0.1], 5),
        ([0.00001234], 9),
        ([0.0000123456789], 13),
        ([4.69e-12], 16),
        ([1e-18], 16),
        ([1e12, 3e12], 0),
        ([1234.56789], 5),
        ([2000 / 3], 5),
        ([0.02 / 3], 10),
        ([100.25, 100.5, 100 / 3], 2),
        ([float("nan"), float("inf"), -1.0, 0.0, 61837.63], 2),
    ],
)
def test_the_price_scale_shows_the_decimals_that_prices_have(
    prices: list[float], decimals: int
) -> None:
    assert price_scale_of(np.array(prices)) == 10**decimals


def test_without_a_price_the_scale_is_not_yet_known() -> None:
    assert price_scale_of(np.array([])) == 0
    assert price_scale_of(np.array([np.nan, -1.0])) == 0


@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=20), st.integers(0, 10))
def test_quoted_prices_are_whole_in_their_scale(units: list[int], decimals: int) -> None:
    prices = np.array(units) / 10**decimals
    scaled = prices * price_scale_of(prices)
    assert np.allclose(scaled, np.rint(scaled), rtol=1e-12, atol=0)


@given(st.floats(1e-11, 1e15))
def test_the_middle_price_has_five_digits(price: float) -> None:
    scale = price_scale_of(np.array([price]))
    assert isinstance(scale, int)
    assert scale in {10**decimals for decimals in range(17)}
    assert price * scale >= 9999


@pytest.mark.parametrize(
    ("reference", "price", "needs"),
    [
        (100.0, 100.0, False),
        (100.0, 999.0, False),
        (100.0, 1000.0, True),
        (100.0, 10.1, False),
        (100.0, 10.0, True),
        (0.0, 1.0, True),
        (float("nan"), 1.0, True),
        (100.0, float("nan"), True),
    ],
)
def test_a_scale_is_made_anew_when_prices_moved_tenfold(
    reference: float, price: float, *, needs: bool
) -> None:
    assert needs_new_scale(reference, price) is needs


@pytest.mark.parametrize(
    ("sizes", "decimals"),
    [
        ([1.0, 20.0], 0),
        ([0.001, 1.5], 3),
        ([1e-8, 5.0], 8),
        ([1e-12], 8),
        ([1 / 3], 8),
        ([1e9 / 3], 0),
        ([0.1 + 0.2], 1),
        ([], 0),
    ],
)
def test_the_volume_precision_is_the_decimals_that_sizes_have(
    sizes: list[float], decimals: int
) -> None:
    assert volume_precision_of(np.array(sizes, dtype=np.float64)) == decimals
