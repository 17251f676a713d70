"""What a check is, and what it finds. Pure.

Rules look at an answer that is there; probes ask for what they need to know.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from chandlery.doctor.answer import Exchange

Subject = TypeVar("Subject")


class Severity(StrEnum):
    """How bad a finding is: charts break, charts suffer, or worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the exchange that shows it; `severity` where the check's own is wrong."""

    what: str
    exchange: Exchange
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked at, why it matters to a chart, and what to do when it is wrong."""

    name: str
    severity: Severity
    looks_at: str
    why: str
    todo: str


@dataclass(frozen=True, slots=True)
class Rule(Check, Generic[Subject]):
    """A check of what was answered."""

    faults: Callable[[Subject], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Probe(Check, Generic[Subject]):
    """A check that asks."""

    faults: Callable[[Subject], AsyncIterator[Fault]]


def rule(
    name: str, severity: Severity, looks_at: str, why: str, todo: str
) -> Callable[[Callable[[Subject], Iterator[Fault]]], Rule[Subject]]:
    """Make a rule of a function that yields faults."""
    return lambda faults: Rule(name, severity, looks_at, why, todo, faults)


def probe(
    name: str, severity: Severity, looks_at: str, why: str, todo: str
) -> Callable[[Callable[[Subject], AsyncIterator[Fault]]], Probe[Subject]]:
    """Make a probe of a function that asks and yields faults."""
    return lambda faults: Probe(name, severity, looks_at, why, todo, faults)
