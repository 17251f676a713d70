"""Who may connect, and what they may read: asked of whoever guards the server."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

Scope = MutableMapping[str, Any]


class Principal(Protocol):
    """Whoever is at the other end."""

    def may_read(self, symbol: str) -> bool:
        """Return whether a market's data may be sent to them."""
        ...

    def may_write(self) -> bool:
        """Return whether trades may be taken from them."""
        ...

    def is_valid(self) -> bool:
        """Return whether what they showed still counts: a key may be revoked, a token run out."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a handshake is refused, as an answer over HTTP."""

    status: int
    code: str
    message: str
    hint: str = ""
    retry_after_s: int = 5
    """When to come again, where that helps."""

    def body(self) -> Mapping[str, str]:
        """Return what is sent as JSON."""
        return {"error": self.message, "hint": self.hint, "code": self.code}


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may connect.

    Without a principal they may read nothing until they have sent a token, which they must within
    seconds. `who` is what counts as one for the most connections; empty is not counted.
    """

    principal: Principal | None
    who: str = ""


class Gate(Protocol):
    """Guards the handshake and checks tokens."""

    async def admit(self, scope: Scope) -> Admission | Refusal:
        """Return who asks to connect, or why they may not. The origin is checked here too."""
        ...

    async def authenticate(self, token: str, scope: Scope) -> Principal | None:
        """Return whose token it is, if it is a valid one. `scope` is that of the handshake."""
        ...


class Anyone:
    """May read and write everything."""

    def may_read(self, symbol: str) -> bool:
        """See Principal.may_read."""
        return True

    def may_write(self) -> bool:
        """See Principal.may_write."""
        return True

    def is_valid(self) -> bool:
        """See Principal.is_valid."""
        return True


class OpenGate:
    """Lets everybody in, and takes every token."""

    async def admit(self, scope: Scope) -> Admission | Refusal:
        """See Gate.admit."""
        client = scope.get("client")
        return Admission(Anyone(), str(client[0]) if client else "")

    async def authenticate(self, token: str, scope: Scope) -> Principal | None:
        """See Gate.authenticate."""
        return Anyone()
