"""The rules by which trades are left out of candles: of single markets, and of patterns; durable.

A market's own rule wins, be it an empty one; then the longest pattern that fits its symbol.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import msgspec

from chandlery.core.filters import Rule, Rules
from chandlery.engine.registry import Registry
from chandlery.stores import Store

OWN, OF_PATTERNS = "filter", "filters"
"""The kinds of notes that hold them."""
PATTERNS = "patterns"
NO_RULE = Rule()


class RuleBook:
    """Any thread may ask; whoever changes it sees to the candles: see Recorder.refilter."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._lock = threading.Lock()
        own = store.notes(OWN)
        self._own = {key: msgspec.json.decode(text, type=Rule) for key, text in own.items()}
        text = store.notes(OF_PATTERNS).get(PATTERNS, "{}")
        self._patterns = msgspec.json.decode(text, type=dict[str, Rule])
        self._rules, self._known, self._room = Rules(), 0, 0
        self._look_again()

    @property
    def patterns(self) -> Mapping[str, Rule]:
        """The rules of patterns."""
        return dict(self._patterns)

    @property
    def own(self) -> Mapping[str, Rule]:
        """The markets' own rules, by their symbols in upper case."""
        return dict(self._own)

    def is_own(self, number: int) -> bool:
        """Return whether a market has a rule of its own."""
        return self._registry.market(number).key in self._own

    def of(self, number: int) -> Rule:
        """Return the rule of a market."""
        return self.rules.of.get(number, NO_RULE)

    @property
    def rules(self) -> Rules:
        """The rules of all the markets there are."""
        if (self._own or self._patterns) and self._known < len(self._registry):
            with self._lock:
                self._take_in()
        return self._rules

    def set_own(self, number: int, rule: Rule | None) -> None:
        """Give a market a rule of its own, durably; None takes it away."""
        key = self._registry.market(number).key
        if rule is None:
            self._store.forget_note(OWN, key)
            self._own.pop(key, None)
        else:
            self._store.note(OWN, key, msgspec.json.encode(rule).decode())
            self._own[key] = rule
        self._look_again()

    def set_patterns(self, patterns: Mapping[str, Rule]) -> None:
        """Take other patterns, durably."""
        self._store.note(OF_PATTERNS, PATTERNS, msgspec.json.encode(dict(patterns)).decode())
        self._patterns = dict(patterns)
        self._look_again()

    def changed_by(self, patterns: Mapping[str, Rule]) -> list[int]:
        """Return the markets whose rule would be another one with other patterns."""
        upper = _upper(patterns)
        return [
            number
            for number, market in enumerate(self._registry.markets())
            if market.key not in self._own and (_fitting(upper, market.key) != self.of(number))
        ]

    def _look_again(self) -> None:
        with self._lock:
            self._upper = _upper(self._patterns)
            self._known = self._room = 0
            self._rules = Rules()
            if self._own or self._patterns:
                self._take_in()

    def _take_in(self) -> None:
        """Find the rules of the markets that are new; there is room for twice as many."""
        count = len(self._registry)
        rules = self._rules
        if count > self._room:
            self._room = 2 * count
            rules = Rules(self._rules.of, self._room)
        for number in range(self._known, count):
            rules.put(number, self._found(self._registry.market(number).key))
        # Whoever asks beside this finds the old ones, or all of the new.
        self._rules, self._known = rules, count

    def _found(self, key: str) -> Rule:
        own = self._own.get(key)
        return _fitting(self._upper, key) if own is None else own


def _upper(patterns: Mapping[str, Rule]) -> list[tuple[str, Rule]]:
    """Return the patterns as they are matched, the longest first."""
    longest: Iterable[str] = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
    return [(pattern.upper(), patterns[pattern]) for pattern in longest]


def _fitting(patterns: list[tuple[str, Rule]], key: str) -> Rule:
    return next((rule for pattern, rule in patterns if fnmatchcase(key, pattern)), NO_RULE)
