"""Changing the rules by which trades are left out, and what they are. Calls block."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from chandlery.core.filters import Rule
from chandlery.engine.engine import Engine


class FilterRow(msgspec.Struct, frozen=True):
    """The rule of a pattern, or of a market with the one that holds for it."""

    symbol: str
    kind: str
    """`pattern` of the settings, or a `market`'s own."""
    min_notional: float
    max_deviation: float
    window_s: int


def set_rule(engine: Engine, number: int, rule: Rule | None) -> None:
    """Give a market a rule of its own; None has it follow the patterns again.

    Its bars are right at once, and made again by the next roll-ups.
    """
    engine.recorder.refilter([number], lambda: engine.rulebook.set_own(number, rule))


def set_patterns(engine: Engine, patterns: Mapping[str, Rule]) -> list[int]:
    """Take the patterns of the settings; return the markets whose rule is another one now."""
    book = engine.rulebook
    if dict(patterns) == book.patterns:
        return []
    changed = book.changed_by(patterns)
    engine.recorder.refilter(changed, lambda: book.set_patterns(patterns))
    return changed


def filter_rows(engine: Engine) -> list[FilterRow]:
    """Return the patterns, and the rules of single markets."""
    book = engine.rulebook
    patterns = [_row(pattern, "pattern", rule) for pattern, rule in sorted(book.patterns.items())]
    own = [_row(symbol, "market", rule) for symbol, rule in sorted(book.own.items())]
    return patterns + own


def filter_of(engine: Engine, number: int) -> FilterRow:
    """Return the rule that holds for a market."""
    book = engine.rulebook
    kind = "market" if book.is_own(number) else "pattern"
    return _row(engine.registry.market(number).symbol, kind, book.of(number))


def _row(symbol: str, kind: str, rule: Rule) -> FilterRow:
    return FilterRow(symbol, kind, rule.min_notional, rule.max_deviation, rule.window_s)
