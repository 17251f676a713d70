"""The newest bars in memory, for every surface."""

from chandlery.engine.live.live import MOST_BYTES, Live
from chandlery.engine.live.page import Page
from chandlery.engine.live.window import MOST_BARS, TooManyBarsError, Window

__all__ = ["MOST_BARS", "MOST_BYTES", "Live", "Page", "TooManyBarsError", "Window"]
