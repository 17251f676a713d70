"""Which SQL reads a Parquet column of some type as one of our fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chandlery.core.errors import InputError
from chandlery.sources.files.parse.values import MAKERS, SIDES

NO_SIDE = 2
MARKET_TYPE = "chandlery_market"

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_LARGE = ("UBIGINT", "HUGEINT", "UHUGEINT")
_FLOATS = ("FLOAT", "DOUBLE")
_DECIMAL = re.compile(r"DECIMAL\((\d+),\d+\)")
_EXACT_DIGITS = 15
"""Whole numbers of so many digits are exact in a float; longer decimals go through their text."""


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL for one field, and the form its values come in."""

    sql: str
    form: str


def quoted(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def expression(field: str, name: str, kind: str) -> Expression:
    """Return how to read a column of a type as a field."""
    column = quoted(name)
    if field == "time":
        return _time(column, kind)
    if field == "side":
        return Expression(f"({_side(column, kind)})::TINYINT", "side")
    if field == "maker":
        return Expression(f"({_maker(column, kind)})::TINYINT", "side")
    if field == "id":
        return _id(column, kind)
    if field == "market":
        return Expression(f"enum_code({column}::VARCHAR::{MARKET_TYPE})::INTEGER", "market")
    return Expression(_number(column, name, kind), "number")


def _time(column: str, kind: str) -> Expression:
    if kind in _INTEGERS:
        return Expression(f"{column}::BIGINT", "integer")
    if kind == "TIMESTAMP_NS":
        return Expression(f"epoch_ns({column}) // 1000", "moment")
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return Expression(f"epoch_us({column})", "moment")
    if kind in _FLOATS:
        return Expression(f"{column}::DOUBLE", "float")
    return Expression(f"{column}::VARCHAR", "text")


def _id(column: str, kind: str) -> Expression:
    if kind in _INTEGERS:
        return Expression(f"{column}::BIGINT", "integer")
    return Expression(f"{column}::VARCHAR", "text")


def _number(column: str, name: str, kind: str) -> str:
    decimal = _DECIMAL.fullmatch(kind)
    if decimal and int(decimal[1]) > _EXACT_DIGITS:
        return f"{column}::VARCHAR::DOUBLE"
    if decimal or kind in (*_INTEGERS, *_LARGE, *_FLOATS):
        return f"{column}::DOUBLE"
    if kind == "VARCHAR":
        return f"TRY_CAST(trim({column}) AS DOUBLE)"
    message = f"the column {name} holds {kind}, and numbers were expected"
    raise InputError(message, hint="name another column, such as --columns price=px")


def _side(column: str, kind: str) -> str:
    if kind in _INTEGERS:
        known = f"WHEN {column} BETWEEN -1 AND 1 THEN {column}::TINYINT"
        return f"CASE WHEN {column} IS NULL THEN 0 {known} ELSE {NO_SIDE} END"
    return _words(column, SIDES)


def _maker(column: str, kind: str) -> str:
    if kind == "BOOLEAN":
        return f"CASE WHEN {column} IS NULL THEN 0 WHEN {column} THEN -1 ELSE 1 END"
    return _words(column, MAKERS)


def _words(column: str, words: Mapping[str, int]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {side}" for word, side in words.items())
    return f"CASE coalesce(lower(trim({column}::VARCHAR)), '') {cases} ELSE {NO_SIDE} END"
