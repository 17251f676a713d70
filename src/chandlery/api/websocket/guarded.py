"""The gate of a server that is guarded like the rest of its API."""

from __future__ import annotations

from dataclasses import dataclass

from chandlery.api.access.addresses import Headers
from chandlery.api.access.errors import AccessError
from chandlery.api.access.guard import Guard
from chandlery.api.access.limits import RateLimits
from chandlery.api.access.origins import Origins
from chandlery.api.access.principal import Principal as Known
from chandlery.api.access.principal import Scope as Permit
from chandlery.api.websocket.gate import Admission, Principal, Refusal, Scope
from chandlery.api.websocket.limits import ROUTE, Code

ANYWHERE = "0.0.0.0"  # noqa: S104 - not listened at: the other end of a socket without an address


@dataclass(frozen=True, slots=True)
class Guarded:
    """Somebody whom the guard knows. Who may read may read every market."""

    guard: Guard
    known: Known

    def may_read(self, symbol: str) -> bool:
        """See Principal.may_read."""
        return self.known.scope >= Permit.READ

    def may_write(self) -> bool:
        """See Principal.may_write."""
        return self.known.scope >= Permit.WRITE and self.is_valid()

    def is_valid(self) -> bool:
        """See Principal.is_valid."""
        try:
            self.guard.check_again(self.known)
        except AccessError:
            return False
        return True


class GuardedGate:
    """Asks the guard who it is, the limits how often, and the origins whether the page may."""

    def __init__(self, guard: Guard, origins: Origins, limits: RateLimits) -> None:
        self._guard = guard
        self._origins = origins
        self._limits = limits

    async def admit(self, scope: Scope) -> Admission | Refusal:
        """See Gate.admit."""
        named = dict(scope["headers"])
        origin, host = named.get(b"origin"), named.get(b"host")
        if not self._origins.allowed_for_socket(origin, host):
            hint = "serve the page from here, or name its origin in the setting http.origins"
            return Refusal(403, Code.NOT_ALLOWED, "pages of this origin may not connect", hint)
        try:
            known = self._guard.identify(scope["headers"], _peer(scope))
        except AccessError as error:
            # Guessing keys is limited like anything else.
            caller = self._guard.caller_of(scope["headers"], _peer(scope))
            refusal = Refusal(error.status, Code.NOT_ALLOWED, error.message, error.hint)
            return self._too_often(caller) or refusal
        if (refused := self._too_often(known)) is not None:
            return refused
        may_read = known.scope >= Permit.READ
        return Admission(Guarded(self._guard, known) if may_read else None, known.who)

    def _too_often(self, known: Known) -> Refusal | None:
        verdict = self._limits.take(known.who, ROUTE)
        if verdict.allowed:
            return None
        message = f"more than {verdict.limit} handshakes a minute"
        hint = f"connect again in {verdict.retry_after_s} s, and follow more over one connection"
        return Refusal(429, Code.TOO_FAST, message, hint, verdict.retry_after_s)

    async def authenticate(self, token: str, scope: Scope) -> Principal | None:
        """See Gate.authenticate."""
        # The headers have been let go of: whose limits count was settled by the handshake.
        no_headers: Headers = ()
        caller = self._guard.caller_of(no_headers, _peer(scope))
        try:
            return Guarded(self._guard, self._guard.identify_token(token, caller))
        except AccessError:
            return None


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ANYWHERE
