"""Technical indicators: pure formulas over the bars of one market, and a table of them."""

from chandlery.core.indicators.indicator import Indicator, Outputs
from chandlery.core.indicators.parameter import Parameter, Value, Values
from chandlery.core.indicators.table import INDICATORS, indicator, parameters_of
from chandlery.core.indicators.timeline import Timeline

__all__ = [
    "INDICATORS",
    "Indicator",
    "Outputs",
    "Parameter",
    "Timeline",
    "Value",
    "Values",
    "indicator",
    "parameters_of",
]
