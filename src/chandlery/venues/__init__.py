"""Live venues put together: from `binance:BTCUSDT` to a feed. Part of the wiring."""

from chandlery.venues.exchanges import VENUES
from chandlery.venues.feeds import feeds_of, histories_of, outfits
from chandlery.venues.outfit import Outfit, registered

__all__ = ["VENUES", "Outfit", "feeds_of", "histories_of", "outfits", "registered"]
