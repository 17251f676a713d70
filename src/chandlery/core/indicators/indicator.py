"""What an indicator is: a formula over bars, with all that is to be known about it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from chandlery.core.candles import Candles
from chandlery.core.columns import Floats
from chandlery.core.errors import UsageError
from chandlery.core.indicators.parameter import Parameter, Value, Values, read_values
from chandlery.core.indicators.timeline import Timeline

Outputs: TypeAlias = dict[str, Floats]
Pane: TypeAlias = Literal["overlay", "own"]
Formula: TypeAlias = Callable[[Candles, Values, Timeline], Outputs]

_NO_VALUES: Values = {}
_ANY_TIMELINE = Timeline()


def _nowhere_else(_: Values) -> dict[str, int]:
    return {}


def _all_right(_: Values) -> str:
    return ""


def _no_anchor(_: Values, __: Timeline, ___: int) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An indicator; the callables take values as `parameters_of` returns them.

    `lead` is how many bars must be read before the first wanted one, so that its value is right.
    A formula over a window of bars needs the window. One that feeds on its own last value has a
    start of which something stays for ever: bars are read until less than 1e-12 of it is left (see
    `recursion.decay`). `anchored` returns a time instead, from which on all bars are needed.
    A market that begins later than that has its start there, and nothing is missing.
    """

    name: str
    title: str
    help: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    pane: Pane
    formula: Formula
    lead: Callable[[Values], int]
    shifts: Callable[[Values], dict[str, int]] = field(default=_nowhere_else)
    wrong: Callable[[Values], str] = field(default=_all_right)
    anchored: Callable[[Values, Timeline, int], int | None] = field(default=_no_anchor)
    is_cumulative: bool = False
    """Whether values count from the first bar that is read."""

    def values(self, given: Values = _NO_VALUES) -> dict[str, Value]:
        """Return a value for each parameter, from texts or numbers; defaults for the rest."""
        values = read_values(self.name, self.parameters, given)
        if wrong := self.wrong(values):
            message = f"{self.name}: {wrong}"
            raise UsageError(message)
        return values

    def warm_up(self, parameters: Values = _NO_VALUES) -> int:
        """Return how many bars before the first wanted one make its value right."""
        return self.lead(self.values(parameters))

    def since(self, parameters: Values, timeline: Timeline, t: int) -> int | None:
        """Return the time from which on bars must be read for a right value at bar `t`.

        None if a number of bars is enough: `warm_up`.
        """
        return self.anchored(self.values(parameters), timeline, t)

    def displacement(self, parameters: Values = _NO_VALUES) -> Mapping[str, int]:
        """Return by how many bars each output is drawn to the right of its bar (left: negative).

        The values themselves are never shifted: each lies at the bar that made it known.
        """
        shifts = self.shifts(self.values(parameters))
        return {name: shifts.get(name, 0) for name in self.outputs}

    def compute(
        self,
        candles: Candles,
        parameters: Values = _NO_VALUES,
        timeline: Timeline = _ANY_TIMELINE,
    ) -> Outputs:
        """Return the outputs by name, a value a bar; NaN where there is none.

        The bars are of one market, in order. No value depends on a later bar.
        """
        return self.formula(candles, self.values(parameters), timeline)
