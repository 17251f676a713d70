from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chandlery.engine import charts
from chandlery.engine.charts import Shelf, TooLargeError, TooManyDocumentsError, key_of
from chandlery.stores.memory import MemoryStore


def test_a_shelf_shows_only_its_own() -> None:
    store = MemoryStore()
    own = Shelf(store, "ann", "charts")
    own.save("a", {"name": "A"}, "content")
    assert own.load("a") == ({"name": "A"}, "content")
    assert own.heads() == {"a": {"name": "A"}}
    for other in (Shelf(store, "ann/x", "charts"), Shelf(store, "ann", "templates")):
        assert other.heads() == {}
        assert other.load("a") is None
        assert not other.remove("a")


def test_parts_of_a_key_cannot_be_mixed_up() -> None:
    assert key_of("a/b", "c") != key_of("a", "b/c")
    assert key_of("", "x") == "/x"


def test_a_number_is_never_given_again_while_newer_ones_are_there() -> None:
    shelf = Shelf(MemoryStore(), "ann", "charts")
    assert [shelf.add("x/", {}, "1", 50) for _ in range(3)] == [50, 51, 52]
    shelf.remove("x/50")
    assert shelf.add("y/", {}, "1", 40) == 53
    assert shelf.add("y/", {}, "1", 99) == 99


def test_adding_at_once_gives_each_a_number_and_keeps_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charts, "MOST_DOCUMENTS", 20)
    shelf = Shelf(MemoryStore(), "ann", "charts")

    def add(_: int) -> int | None:
        try:
            return shelf.add("", {}, "{}", 7)
        except TooManyDocumentsError:
            return None

    with ThreadPoolExecutor(8) as threads:
        given = [number for number in threads.map(add, range(40)) if number is not None]
    assert sorted(given) == list(range(7, 27))
    assert len(shelf.heads()) == 20


def test_what_is_too_large_is_not_kept() -> None:
    shelf = Shelf(MemoryStore(), "ann", "charts")
    with pytest.raises(TooLargeError, match="1,000,000 bytes expected, found 1,000,002"):
        shelf.save("a", {}, "ü" * 500_001)
    assert shelf.heads() == {}
    shelf.save("a", {}, "ü" * 500_000)


def test_a_content_that_a_crash_left_without_a_head_is_not_there() -> None:
    store = MemoryStore()
    shelf = Shelf(store, "ann", "charts")
    store.note("charts/ann/a", "a", "content")
    assert shelf.load("a") is None
    assert shelf.heads() == {}
