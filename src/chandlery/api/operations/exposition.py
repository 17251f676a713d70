"""Figures in the words of the Prometheus client: only copies, so that any thread may read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from chandlery import __version__
from chandlery.engine.statistics import BOUNDS_S, Figure, Histogram, Reading, Statistics

PREFIX = "chandlery_"
EVERY = 5
"""Buckets that Prometheus is told as one: two a decade."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a figure was at a moment."""

    name: str
    help: str
    reading: Reading
    label: str = ""
    is_counter: bool = False

    @classmethod
    def of(cls, figure: Figure, reading: Reading) -> Sample:
        """Copy a reading."""
        copy = reading if isinstance(reading, (int, float)) else dict(reading)
        return cls(figure.name, figure.help, copy, figure.label, figure.kind == "counter")


@dataclass(frozen=True, slots=True)
class _RouteSample:
    name: str
    statuses: dict[int, int]
    buckets: list[tuple[str, float]]
    total: float


class Exposition(Collector):
    """All figures of one moment."""

    def __init__(self, samples: list[Sample], statistics: Statistics) -> None:
        self.samples = samples
        self._routes = [
            _RouteSample(name, dict(route.statuses), _buckets(route.latency), route.latency.total)
            for name, route in statistics.routes.items()
        ]

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield the families of the Prometheus client."""
        info = GaugeMetricFamily(f"{PREFIX}info", "The version.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        yield from map(_family, self.samples)
        yield self._requests()
        yield self._latencies()

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            f"{PREFIX}http_requests", "Requests answered.", labels=["route", "status"]
        )
        for route in self._routes:
            for status, count in sorted(route.statuses.items()):
                family.add_metric([route.name, str(status)], count)
        return family

    def _latencies(self) -> Metric:
        family = HistogramMetricFamily(
            f"{PREFIX}http_request_seconds", "How long answers took.", labels=["route"]
        )
        for route in self._routes:
            family.add_metric([route.name], route.buckets, route.total)
        return family


def _family(sample: Sample) -> Metric:
    kind = CounterMetricFamily if sample.is_counter else GaugeMetricFamily
    labels = [sample.label] if sample.label else []
    family = kind(PREFIX + sample.name, sample.help, labels=labels)
    if isinstance(sample.reading, (int, float)):
        family.add_metric([], sample.reading)
    else:
        for value, number in sample.reading.items():
            family.add_metric([value], number)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Return, for some bounds, how many took no longer; the last bound is infinity."""
    found: list[tuple[str, float]] = []
    count = 0
    for row, inside in enumerate(histogram.counts):
        count += inside
        if row < len(BOUNDS_S) and row % EVERY == 0:
            found.append((str(BOUNDS_S[row]), float(count)))
    return [*found, ("+Inf", float(count))]
