"""What one client may say, and what is to be done about it: no I/O, and time is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol as Shape
from typing import TypeAlias

from msgspec import Raw

from chandlery.api.websocket.decoding import HINT, RefusedError, decoded, shown
from chandlery.api.websocket.gate import Principal
from chandlery.api.websocket.limits import CLOSES, Code, Limits
from chandlery.api.websocket.messages import (
    VERSION,
    Candled,
    Followed,
    Identified,
    Left,
    Message,
    Pinged,
    Published,
    Watched,
    encoded,
    error,
)
from chandlery.api.websocket.topics import Channel, Topic
from chandlery.core.errors import UnknownResolutionError
from chandlery.core.market import Market
from chandlery.core.resolution import Resolution

FEWEST_BARS = 2
"""Bars of a snapshot if nothing is said: the last closed one and the one in the making."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Send a message."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Nothing:
    """A sign of life, that is all."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Tell the time."""

    id: Raw


@dataclass(frozen=True, slots=True)
class Beat:
    """Send a sign of life, and ask for one."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Find out whose token it is, and say so with `authenticated`."""

    token: str
    id: Raw


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Send a topic from now on; bars from a sequence on, or from a snapshot."""

    topic: Topic
    id: Raw
    bars: int = FEWEST_BARS
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Send a topic no more."""

    topic: Topic
    id: Raw


@dataclass(frozen=True, slots=True)
class Publish:
    """Have trades, a JSON array, written, and say so with `published`."""

    symbol: str
    trades: bytes
    id: Raw


@dataclass(frozen=True, slots=True)
class Close:
    """Say why, and close."""

    code: Code
    message: str
    hint: str = ""


Action: TypeAlias = (
    Nothing | Reply | Pong | Beat | Authenticate | Subscribe | Unsubscribe | Publish | Close
)


class Markets(Shape):
    """Knows the symbols."""

    def known(self, symbol: str) -> int | None:
        """Return the number of a symbol, in any case, if it has one; costs one look-up."""
        ...

    def market(self, number: int) -> Market:
        """Return the market of a number."""
        ...


class Protocol:
    """One client's side of the conversation.

    `topics` is what the client is subscribed to, or will be once its actions are done.
    """

    __slots__ = (
        "_asked",
        "_beat",
        "_began",
        "_is_heard",
        "_limits",
        "_markets",
        "_tokens",
        "_tokens_at",
        "due",
        "principal",
        "topics",
    )

    def __init__(
        self, limits: Limits, markets: Markets, principal: Principal | None, now: float
    ) -> None:
        self.principal = principal
        self.topics: set[Topic] = set()
        self._limits = limits
        self._markets = markets
        self._began = self._beat = self._tokens_at = now
        self._asked = self._is_heard = False
        self._tokens = float(limits.message_burst)
        self.due = self._due()
        """Before this moment there is no `tick` to do."""

    def stagger(self, share: float) -> None:
        """Have the first heartbeat come earlier, so that not all clients' come at once."""
        self._beat -= share * self._limits.heartbeat_s
        self.due = self._due()

    def greeting(self, server: str, time_us: int) -> bytes:
        """Return the first message."""
        limits = self._limits
        shown = {
            "subscriptions": limits.most_subscriptions,
            "bars": limits.most_bars,
            "message_bytes": limits.message_bytes,
            "message_depth": limits.message_depth,
            "messages_per_s": limits.messages_per_s,
            "message_burst": limits.message_burst,
        }
        head = {"protocol": VERSION, "server": server, "time": time_us}
        is_known = self.principal is not None
        more = {"heartbeat_s": limits.heartbeat_s, "authenticated": is_known, "limits": shown}
        return encoded("hello", head | more)

    def is_alive(self) -> None:
        """Take note of a sign of life since the last heartbeat."""
        self._is_heard = True

    def tick(self, now: float) -> list[Action]:
        """Return what is due."""
        limits = self._limits
        if self.principal is None and now - self._began >= limits.authenticate_s:
            message = f"a token within {limits.authenticate_s:g} s expected, found none"
            return [Close(Code.AUTHENTICATION_REQUIRED, message, 'send {"op":"auth","token":...}')]
        if now - self._beat < limits.heartbeat_s:
            return []
        if self._asked and not self._is_heard:
            message = f"a sign of life within {limits.heartbeat_s:g} s expected, found none"
            hint = 'answer pings of WebSocket, or send {"op":"ping"} now and then'
            return [Close(Code.HEARTBEAT_MISSED, message, hint)]
        if self.principal is not None and not self.principal.is_valid():
            hint = "connect again with a new one"
            return [Close(Code.AUTHENTICATION_FAILED, "the key or token has run out", hint)]
        self._beat, self._asked, self._is_heard = now, True, False
        self.due = self._due()
        return [Beat()]

    def _due(self) -> float:
        beat = self._beat + self._limits.heartbeat_s
        if self.principal is not None:
            return beat
        return min(beat, self._began + self._limits.authenticate_s)

    def receive(self, message: str | bytes, now: float) -> list[Action]:
        """Return what is to be done about a message."""
        self._is_heard = True
        try:
            return [self._action(self._decoded(message, now))]
        except RefusedError as refused:
            return [_refusal(refused)]

    def authenticated(self, principal: Principal | None, id_: Raw) -> Action:
        """Take note of whose token it was; None if nobody's."""
        if principal is None:
            hint = "make a new token, and send it as it is"
            return Close(Code.AUTHENTICATION_FAILED, "the token is not valid", hint)
        self.principal = principal
        self.due = self._due()
        return Reply(encoded("authenticated", {"id": id_}))

    def drop(self, topic: Topic) -> None:
        """Forget a subscription that could not be made."""
        self.topics.discard(topic)

    def _decoded(self, message: str | bytes, now: float) -> Message:
        limits = self._limits
        if not self._is_in_time(now):
            told = f"at most {limits.messages_per_s:g} messages a second expected, found more"
            raise RefusedError(Code.TOO_FAST, told, "wait between messages")
        if isinstance(message, bytes):
            raise RefusedError(Code.NOT_TEXT, "a text message expected, found a binary one", HINT)
        size = len(message.encode(errors="surrogatepass"))
        if size > limits.message_bytes:
            told = f"at most {limits.message_bytes} bytes expected, found {size}"
            raise RefusedError(Code.MESSAGE_TOO_BIG, told, HINT)
        return decoded(message, limits.message_depth)

    def _is_in_time(self, now: float) -> bool:
        """Return whether one message more is within the rate."""
        earned = (now - self._tokens_at) * self._limits.messages_per_s
        self._tokens = min(float(self._limits.message_burst), self._tokens + earned)
        self._tokens_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _action(self, message: Message) -> Action:
        match message:
            case Pinged():
                return Pong(message.id)
            case Identified():
                return Authenticate(message.token, message.id)
            case Candled() | Followed() | Watched():
                return self._subscribed(message)
            case Left():
                return self._left(message)
            case Published():
                return self._published(message)
            case _:
                return Nothing()

    def _subscribed(self, message: Candled | Followed | Watched) -> Action:
        topic = self._topic_of(message)
        is_new = topic not in self.topics
        if is_new and len(self.topics) >= self._limits.most_subscriptions:
            told = f"at most {self._limits.most_subscriptions} subscriptions expected"
            hint = "unsubscribe from what is not shown, or open another connection"
            raise RefusedError(Code.TOO_MANY_SUBSCRIPTIONS, told, hint, message.id)
        subscribe = Subscribe(topic, message.id)
        if isinstance(message, Candled):
            subscribe = Subscribe(topic, message.id, self._bars(message), message.since)
        self.topics.add(topic)
        return subscribe

    def _published(self, message: Published) -> Action:
        if self.principal is None or not self.principal.may_write():
            hint = "send a key or token with the scope write"
            told = "the scope write expected, found none"
            raise RefusedError(Code.NOT_ALLOWED, told, hint, message.id)
        trades = bytes(message.trades)
        if not trades.startswith(b"["):
            told = "an array of trades expected"
            raise RefusedError(Code.INVALID_MESSAGE, told, HINT, message.id)
        return Publish(message.symbol, trades, message.id)

    def _bars(self, message: Candled) -> int:
        bars = FEWEST_BARS if message.bars is None else message.bars
        if not 1 <= bars <= self._limits.most_bars:
            told = f"1 to {self._limits.most_bars} bars expected, found {bars}"
            hint = "ask for older bars over HTTP: /api/v1/candles"
            raise RefusedError(Code.TOO_MANY_BARS, told, hint, message.id)
        return bars

    def _left(self, message: Left) -> Action:
        topic = self._topic(message.channel, message.symbol, message.interval, message.id)
        if topic not in self.topics:
            told = "a topic that is subscribed to expected, found another"
            raise RefusedError(Code.NOT_SUBSCRIBED, told, id_=message.id)
        self.topics.discard(topic)
        return Unsubscribe(topic, message.id)

    def _topic_of(self, message: Candled | Followed | Watched) -> Topic:
        interval = message.interval if isinstance(message, Candled) else None
        return self._topic(message.channel, message.symbol, interval, message.id)

    def _topic(self, channel: Channel, symbol: str | None, interval: str | None, id_: Raw) -> Topic:
        if channel == "status" and symbol is None:
            self._identified(id_)
            return Topic(channel)
        market = self._market(symbol, id_)
        if channel != "candles":
            return Topic(channel, market)
        try:
            return Topic(channel, market, Resolution.parse(interval or ""))
        except UnknownResolutionError as unknown:
            raise RefusedError(Code.UNKNOWN_INTERVAL, unknown.message, unknown.hint, id_) from None

    def _identified(self, id_: Raw) -> Principal:
        if self.principal is None:
            hint = 'send {"op":"auth","token":...} first'
            raise RefusedError(Code.NOT_ALLOWED, "a token expected, found none", hint, id_)
        return self.principal

    def _market(self, symbol: str | None, id_: Raw) -> int:
        principal = self._identified(id_)
        number = self._markets.known(symbol or "")
        if number is None:
            hint = "/api/v1/symbols lists what is here, and finds what is spelt otherwise"
            raise RefusedError(Code.UNKNOWN_SYMBOL, f"no market {shown(symbol)} here", hint, id_)
        if not principal.may_read(self._markets.market(number).symbol):
            told = f"{shown(symbol)} may not be read with this token"
            raise RefusedError(Code.NOT_ALLOWED, told, "ask whoever runs the server", id_)
        return number


def _refusal(refused: RefusedError) -> Action:
    if refused.code in CLOSES:
        return Close(refused.code, refused.message, refused.hint)
    return Reply(error(refused.code, refused.message, refused.hint, refused.id))
