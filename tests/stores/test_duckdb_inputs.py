"""Columns handed to DuckDB survive a transaction that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from chandlery.core.candles import Candles
from chandlery.core.errors import StoreError
from chandlery.core.resolution import Resolution
from chandlery.stores import Change, Interval, Rewrite
from chandlery.stores.duckdb import DuckDBStore
from tests.crash import trades


def test_a_failed_first_transaction_does_not_hinder_the_next(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "chandlery.duckdb")
    nowhere = Rewrite(Resolution.parse("7m"), Interval(0, 1), Candles.empty())
    with pytest.raises(StoreError):
        store.write(Change(trades=trades.batch(0), rewrite=nowhere))
    store.write(Change(trades=trades.batch(0)))
    assert store.count(None, Interval(0, 1 << 60)) == trades.ROWS
    store.close()
