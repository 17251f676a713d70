"""What is asked of administration."""

from __future__ import annotations

from typing import Literal

import msgspec

from chandlery.core.filters import USUAL_WINDOW_S
from chandlery.engine.editing import MarketEdit


class RangeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A market, and of it [start, end) in seconds."""

    symbol: str
    start: int | None = None
    end: int | None = None


class TradesRequest(RangeRequest, frozen=True, forbid_unknown_fields=True):
    """Of the range, the newest `limit`."""

    limit: int | None = None


class CandlesRequest(TradesRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of which resolution, and what stands where nothing was traded."""

    resolution: str
    fill: Literal["none", "flat"] = "none"


class BackfillRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Markets as `feeds.live` names them, and what of their past is fetched."""

    markets: str
    kind: Literal["bars", "trades"]
    start: int
    end: int | None = None


class FollowRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Markets as `feeds.live` names them, and how much of their past is fetched."""

    markets: str
    backfill: str | None = None


class NewMarketRequest(MarketEdit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new market, and what is known of it."""

    symbol: str


class FilterRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A market's own rule; see core.filters.Rule."""

    symbol: str
    min_notional: float = 0.0
    max_deviation: float = 0.0
    window_s: int = USUAL_WINDOW_S


class KeyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new key."""

    name: str
    scope: str
    lifetime_s: int | None = None
