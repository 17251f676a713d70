"""Trades that no exchange made: realistic, seeded and repeatable."""

from chandlery.sources.synthetic.generate import generate
from chandlery.sources.synthetic.market_spec import DEMO, MarketSpec, many
from chandlery.sources.synthetic.pace import Pace
from chandlery.sources.synthetic.schedule import Span
from chandlery.sources.synthetic.synthetic import Synthetic

__all__ = ["DEMO", "MarketSpec", "Pace", "Span", "Synthetic", "generate", "many"]
