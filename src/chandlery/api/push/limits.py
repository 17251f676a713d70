"""What a push may hold."""

from __future__ import annotations

from dataclasses import dataclass

BODIES_AT_ONCE = 8
"""So many of the largest bodies are held at a time; who sends more is told to wait."""


@dataclass(frozen=True, slots=True)
class PushLimits:
    """Limits of the settings."""

    body_bytes: int = 16_000_000
    rows: int = 250_000
    markets: int = 10_000
    """With so many markets, or more, an unknown symbol makes no new one."""
