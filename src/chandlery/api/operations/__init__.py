"""Whether the server is well, what it does, and how long that takes: for whoever looks after it."""

from chandlery.api.operations.operations import Operations, Phase
from chandlery.api.operations.probes import health, healthz, readyz, version
from chandlery.api.operations.scraping import metrics, serve_metrics
from chandlery.api.operations.summary import stats

ROUTES_BUT_METRICS = (healthz, readyz, health, version, stats)
"""For the main port when metrics have one of their own."""
ROUTES = (*ROUTES_BUT_METRICS, metrics)

__all__ = [
    "ROUTES",
    "ROUTES_BUT_METRICS",
    "Operations",
    "Phase",
    "serve_metrics",
]
