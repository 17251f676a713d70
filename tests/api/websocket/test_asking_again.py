"""Subscribing again to what is followed already, when that fails."""

from __future__ import annotations

import json

import pytest

from chandlery.api.websocket.endpoint import Endpoint
from chandlery.api.websocket.gate import OpenGate
from chandlery.api.websocket.limits import Limits
from chandlery.core.errors import QueryBudgetError
from chandlery.core.resolution import Resolution
from chandlery.engine.live import Page, Window
from tests.api.websocket.serving import house
from tests.api.websocket.wires import Follower


async def test_a_second_subscription_that_fails_leaves_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or it could not be ended any more, and did not count for the most there may be."""
    async with house(Limits(flush_s=0.0, ticker_s=0.0)) as ours:
        await ours.trade(0, 1, 61, first_id=1)
        one, endpoint = Follower.of(ours.hub), Endpoint(ours.hub, OpenGate())
        symbol = ours.server.engine.registry.market(0).symbol

        async def say(**said: object) -> None:
            text = json.dumps({"channel": "candles", "symbol": symbol, "interval": "1m", **said})
            for action in one.client.protocol.receive(text, 0.0):
                await endpoint._do(one.client, action)

        async def broken(market: int, resolution: Resolution, window: Window) -> Page:
            message = "it takes too long"
            raise QueryBudgetError(message)

        await say(op="subscribe")
        monkeypatch.setattr(ours.server.live, "page", broken)
        await say(op="subscribe", bars=900)
        await say(op="unsubscribe")
        assert one.types() == ["subscribed", "snapshot", "error", "unsubscribed"]
        assert not one.client.subscriptions
        ours.hub.leave(one.client)
