"""Columns as text and files: CSV, JSON, Parquet and tables for the terminal."""

from chandlery.formats.csv import candles_csv, trades_csv
from chandlery.formats.json import candles_json, columns_json
from chandlery.formats.numbers import text_of, texts_of
from chandlery.formats.parquet import ParquetWriter, write_parquet
from chandlery.formats.rows import candle_columns
from chandlery.formats.table import candles_table
from chandlery.formats.trades_file import TradesFile, trades_file

__all__ = [
    "ParquetWriter",
    "TradesFile",
    "candle_columns",
    "candles_csv",
    "candles_json",
    "candles_table",
    "columns_json",
    "text_of",
    "texts_of",
    "trades_csv",
    "trades_file",
    "write_parquet",
]
