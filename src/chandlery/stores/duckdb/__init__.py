"""One DuckDB file: trades in arrival order, candles as sorted runs, one transaction a change."""

from chandlery.stores.duckdb.store import DuckDBStore

__all__ = ["DuckDBStore"]
