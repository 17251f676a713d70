from __future__ import annotations

import pytest

from chandlery.core.market import Market
from chandlery.core.search import GrowingIndex, SearchIndex, search

MARKETS = [
    Market.of("BINANCE:ETHUSDT", description="Ethereum / Tether"),
    Market.of("BINANCE:BTCUSDT", description="Bitcoin / Tether"),
    Market.of("KRAKEN:BTCUSD", description="Bitcoin / US Dollar"),
    Market.of("BINANCE:ETHBTC", description="Ethereum / Bitcoin"),
    Market.of("BINANCE:WBTCUSDT", description="Wrapped"),
    Market.of("BTC", description="An index"),
    Market.of("COINBASE:BTC-USD"),
    Market.of("SOLANA:9xQeWvG816bUx9EPjHmaT23y", description="A mint"),
    Market.of("#ODD", description="Oddity"),
]


def found(query: str, limit: int = 30) -> list[str]:
    return [market.symbol for market in search(MARKETS, query, limit)]


def test_exact_comes_before_prefix_before_word_before_anywhere() -> None:
    assert found("btc") == [
        "BTC",
        "KRAKEN:BTCUSD",
        "COINBASE:BTC-USD",
        "BINANCE:BTCUSDT",
        "BINANCE:ETHBTC",
        "BINANCE:WBTCUSDT",
    ]


def test_case_and_space_around_a_query_do_not_matter() -> None:
    assert found(" BtC ") == found("btc")
    assert found("9XQEWVG816BUX9EPJHMAT23Y") == ["SOLANA:9xQeWvG816bUx9EPjHmaT23y"]


@pytest.mark.parametrize("query", ["KRAKEN:BTCUSD", "kraken:btcusd", "kraken:btc", "us dollar"])
def test_a_symbol_and_words_of_its_description_find_it(query: str) -> None:
    assert found(query)[0] == "KRAKEN:BTCUSD"


def test_words_are_split_at_whatever_is_no_letter_or_digit() -> None:
    assert found("btc usd")[:2] == ["KRAKEN:BTCUSD", "COINBASE:BTC-USD"]
    assert found("bitcoin-us") == ["KRAKEN:BTCUSD"]


def test_a_part_of_a_description_finds_a_market_last() -> None:
    assert found("itcoi") == ["KRAKEN:BTCUSD", "BINANCE:ETHBTC", "BINANCE:BTCUSDT"]


def test_punctuation_finds_only_where_it_is() -> None:
    assert found("-") == ["COINBASE:BTC-USD"]
    assert found("#") == ["#ODD"]


def test_without_a_query_the_first_markets_are_returned_in_their_order() -> None:
    assert found("", 3) == [market.symbol for market in MARKETS[:3]]
    assert found(" ", 3) == found("", 3)


def test_nothing_is_found_where_nothing_matches_or_nothing_is_wanted() -> None:
    assert found("zzz") == []
    assert found("btc", 0) == []
    assert found("", 0) == []
    assert list(SearchIndex([]).matches("btc")) == []
    assert list(SearchIndex(MARKETS).matches(" ")) == []


@pytest.mark.parametrize("limit", range(1, 8))
def test_a_limit_cuts_off_the_worst_and_repeats_nothing(limit: int) -> None:
    assert found("btc", limit) == found("btc")[:limit]


def test_an_index_that_grew_answers_as_one_of_all() -> None:
    numbered = list(enumerate(MARKETS))
    for first in range(len(MARKETS)):
        index = GrowingIndex(numbered[:first])
        for pair in numbered[first:]:
            grown = index.with_more([pair])
            assert grown is not None
            index = grown
        for query in ("btc", "eth", "tether", "b", "us", "#"):
            answer = [MARKETS[number] for number in index.search(query)]
            assert answer == search(MARKETS, query, 99)


def test_an_index_that_grew_too_much_is_made_again() -> None:
    index = GrowingIndex([])
    many = [(number, Market.of(f"A:M{number}")) for number in range(1_001)]
    assert index.with_more(many[1:]) is not None
    assert index.with_more(many) is None
