"""The resolutions that charts are offered. Pure.

TradingView's library builds no days from minutes and no minutes from seconds, so all are listed.
Whoever asks for another one that bars can have gets it too.
"""

from __future__ import annotations

from chandlery.core.resolution import Resolution, Unit

_OFFERED = (
    "1S 5S 10S 15S 30S 1 2 3 5 10 15 30 45 60 120 180 240 360 480 720 1D 2D 3D 1W 2W 1M 3M 6M 12M"
)
OFFERED = tuple(Resolution.parse(text) for text in _OFFERED.split())
SUPPORTED = tuple(resolution.tradingview for resolution in OFFERED)
"""As TradingView spells them."""


def _of(unit: Unit) -> list[str]:
    return [str(resolution.count) for resolution in OFFERED if resolution.unit is unit]


SECONDS = [text.removesuffix("S") for text in SUPPORTED if text.endswith("S")]
MINUTES = [text for text in SUPPORTED if text.isdecimal()]
DAYS, WEEKS, MONTHS = _of(Unit.DAY), _of(Unit.WEEK), _of(Unit.MONTH)
