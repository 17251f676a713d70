"""Which route a path belongs to, before any framework looks at it: a bounded set of names."""

from __future__ import annotations

from collections.abc import Iterable

OTHER = "other"


class Routes:
    """The patterns of paths that there are."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Take patterns such as `/api/v1/symbols/{symbol}`."""
        known = set(patterns)
        self._plain = {pattern for pattern in known if "{" not in pattern}
        with_parameters = (pattern for pattern in known if "{" in pattern)
        self._begin = sorted(
            ((pattern[: pattern.index("{")], pattern) for pattern in with_parameters),
            key=lambda pair: len(pair[0]),
            reverse=True,
        )

    def of(self, path: str) -> str:
        """Return the pattern of a path."""
        if path in self._plain:
            return path
        for begin, pattern in self._begin:
            if path.startswith(begin):
                return pattern
        return OTHER
