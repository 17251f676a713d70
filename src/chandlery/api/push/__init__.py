"""Trades pushed in: over HTTP, in InfluxDB's way, and over the WebSocket."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from chandlery.api.push.desk import Desk
from chandlery.api.push.influx import ping, write_v1, write_v2
from chandlery.api.push.limits import PushLimits
from chandlery.api.push.published import DeskPublisher
from chandlery.api.push.trades import push_events, push_trades

ROUTES: list[HTTPRouteHandler] = [push_trades, push_events, write_v2, write_v1, ping]

__all__ = ["ROUTES", "Desk", "DeskPublisher", "PushLimits"]
