"""What the document says of endpoints that do not say it themselves."""

from __future__ import annotations

from chandlery.api.openapi.administration import ADMINISTRATION
from chandlery.api.openapi.lightweight import LIGHTWEIGHT
from chandlery.api.openapi.management import MANAGEMENT
from chandlery.api.openapi.saved import SAVED
from chandlery.api.openapi.service import SERVICE
from chandlery.api.openapi.tradingview import TRADINGVIEW
from chandlery.api.operation import Operation
from chandlery.api.udf.paths import BELOW_ROOT, PREFIXES

DESCRIBED: dict[tuple[str, str], Operation] = {
    **SERVICE,
    **TRADINGVIEW,
    **SAVED,
    **LIGHTWEIGHT,
    **ADMINISTRATION,
    **MANAGEMENT,
}
"""By method and path."""

_ALIASES = (*PREFIXES[1:], *BELOW_ROOT)


def is_alias(path: str) -> bool:
    """Return whether a path answers what another one does that is described."""
    return any(path == alias or path.startswith(f"{alias}/") for alias in _ALIASES)
