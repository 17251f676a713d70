"""The WebSocket endpoint as an ASGI application: the handshake, then one message after another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from chandlery import __version__
from chandlery.api.push.published import Publisher, receipt
from chandlery.api.websocket.client import Client
from chandlery.api.websocket.connection import EXTENSION, Connection
from chandlery.api.websocket.gate import Admission, Gate, Refusal, Scope
from chandlery.api.websocket.hub import Hub
from chandlery.api.websocket.limits import ROUTE, Code
from chandlery.api.websocket.messages import encoded, error
from chandlery.api.websocket.protocol import (
    Action,
    Authenticate,
    Close,
    Pong,
    Publish,
    Reply,
    Subscribe,
    Unsubscribe,
)
from chandlery.core.errors import ChandleryError, InputError

SWITCHING = 101
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

_log = structlog.get_logger()


class Endpoint:
    """Takes handshakes at any path it is asked at."""

    def __init__(self, hub: Hub, gate: Gate, publisher: Publisher | None = None) -> None:
        self._hub = hub
        self._gate = gate
        self._publisher = publisher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        await receive()
        began = self._hub.now()
        admitted = self._hub.refusal() or await self._gate.admit(scope)
        if isinstance(admitted, Admission):
            # There may be one more by now than before the gate was asked.
            admitted = self._hub.refusal(admitted.who) or admitted
        if isinstance(admitted, Refusal):
            self._hub.refuse(admitted, self._hub.now() - began)
            await _refuse(send, admitted)
            return
        wire = _wire(scope)
        client = self._hub.join(wire, admitted)
        try:
            await send({"type": "websocket.accept"})
            self._hub.note_handshake(SWITCHING, self._hub.now() - began)
            wire.attach(client)
            wire.trim()
            client.send(client.protocol.greeting(__version__, self._hub.now_us()))
            await self._converse(client, scope, receive)
        finally:
            self._hub.leave(client)

    async def _converse(self, client: Client, scope: Scope, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            said = message.get("text")
            if said is None:
                said = message["bytes"]
            for action in client.protocol.receive(said, self._hub.now()):
                if isinstance(action, Authenticate):
                    principal = await self._gate.authenticate(action.token, scope)
                    await self._do(client, client.protocol.authenticated(principal, action.id))
                else:
                    await self._do(client, action)

    async def _do(self, client: Client, action: Action) -> None:
        match action:
            case Reply():
                client.send(action.payload)
            case Pong():
                client.send(encoded("pong", {"time": self._hub.now_us(), "id": action.id}))
            case Subscribe():
                await self._subscribe(client, action)
            case Publish():
                await self._publish(client, action)
            case Unsubscribe():
                self._hub.unsubscribe(client, action)
            case Close():
                client.close(action.code, action.message, action.hint)

    async def _subscribe(self, client: Client, asked: Subscribe) -> None:
        try:
            await self._hub.subscribe(client, asked)
        except ChandleryError as failed:
            if asked.topic not in client.subscriptions:
                client.protocol.drop(asked.topic)
            hint = failed.hint or "subscribe again in a second"
            client.send(error(Code.BUSY, failed.message, hint, asked.id))
        except Exception as bug:  # noqa: BLE001 - one client's message must not end its connection
            client.protocol.drop(asked.topic)
            _log.error("a subscription failed", topic=str(asked.topic), exc_info=bug)
            client.close(Code.INTERNAL_ERROR, "internal error", "the server's log says more")

    async def _publish(self, client: Client, asked: Publish) -> None:
        """Have trades written; the next message of this client waits until they are."""
        if self._publisher is None:
            told = "nothing is taken here"
            client.send(error(Code.NOT_ALLOWED, told, "publish at another server", asked.id))
            return
        try:
            outcome = await self._publisher.publish(asked.symbol, asked.trades)
        except InputError as bad:
            client.send(error(Code.INVALID_MESSAGE, bad.message, bad.hint, asked.id))
        except ChandleryError as failed:
            hint = failed.hint or "publish again in a second"
            client.send(error(Code.BUSY, failed.message, hint, asked.id))
        except Exception as bug:  # noqa: BLE001 - one client's message must not end its connection
            _log.error("trades could not be taken", exc_info=bug)
            client.close(Code.INTERNAL_ERROR, "internal error", "the server's log says more")
        else:
            client.send(encoded("published", receipt(outcome, asked.id)))


def with_websocket(endpoint: Endpoint, rest: Application, path: str = ROUTE) -> Application:
    """Return an application that answers WebSocket handshakes itself, and leaves the rest.

    A framework between would keep more memory for each connection than the connection itself.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await rest(scope, receive, send)
        elif scope["path"] == path:
            await endpoint(scope, receive, send)
        else:
            await receive()
            told = f"there is nothing at {scope['path']}"
            await _refuse(send, Refusal(404, "not_found", told, f"connect to {path}"))

    return application


def _wire(scope: Scope) -> Connection:
    wire = scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(wire, Connection):
        message = "the WebSocket needs uvicorn.Config(ws=Connection)"
        raise TypeError(message)
    return wire


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = msgspec.json.encode(refusal.body())
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if refusal.status in (429, 503):
        headers.append((b"retry-after", b"%d" % refusal.retry_after_s))
    start: Message = {"type": "websocket.http.response.start", "status": refusal.status}
    await send(start | {"headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
