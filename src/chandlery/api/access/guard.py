"""The guard: who asks, and whether that one may. No I/O but the files of keys, no framework."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from chandlery.api.access.addresses import FORWARDING, Headers, Proxies, group_of, is_loopback
from chandlery.api.access.cookie import cookie_in
from chandlery.api.access.errors import CredentialError, ForbiddenError
from chandlery.api.access.keys import PREFIX, Keys
from chandlery.api.access.origins import Origins, host_name, is_same_origin
from chandlery.api.access.principal import ANONYMOUS, Principal, Scope
from chandlery.api.access.tokens import Tokens
from chandlery.core.clock import Clock
from chandlery.core.columns import US

MOST_REMEMBERED = 10_000

_CREDENTIALS = frozenset((b"authorization", b"x-api-key", b"cookie"))
_OWN_NAMES = frozenset((b"localhost", b"127.0.0.1", b"[::1]"))
_EVERYWHERE = frozenset((b"", b"0.0.0.0", b"[::]"))
_OWN_PAGE = (None, b"same-origin", b"none")
_HINT = "send `Authorization: Bearer KEY` or `X-API-Key: KEY`; `chandlery keys create` makes one"

Named = Mapping[bytes, bytes]


class Rules(msgspec.Struct, frozen=True):
    """What the settings say."""

    is_open: bool = True
    """Whether reading needs no credential."""
    is_demo: bool = False
    """Whether this machine's own user is the administrator."""
    host: str = ""
    """The name we listen at."""
    origins: Origins = Origins()
    proxies: Proxies = Proxies()


class _Known(NamedTuple):
    """What a credential says."""

    who: str
    name: str
    scope: Scope
    expires: int | None
    key: str = ""


class Guard:
    """Tells who asks and what that one may do."""

    def __init__(self, rules: Rules, keys: Keys, tokens: Tokens | None, clock: Clock) -> None:
        self._rules = rules
        self._keys = keys
        self._tokens = tokens
        self._clock = clock
        self._open = Scope.READ if rules.is_open else Scope.NOTHING
        host = f"[{rules.host}]" if ":" in rules.host else rules.host
        self._own_names = (_OWN_NAMES | {host.lower().encode()}) - _EVERYWHERE
        self._anonymous: dict[str, Principal] = {}

    @property
    def proxies(self) -> Proxies:
        """The proxies whose word is taken."""
        return self._rules.proxies

    def identify(self, headers: Headers, client_address: str) -> Principal:
        """Return who asks; raises CredentialError (401) if a credential was sent that is not valid.

        `client_address` is the other end of the connection, as the socket knows it. A cookie that
        is not valid is passed over: its owner could not take it away.
        """
        named = dict(headers)
        if FORWARDING.isdisjoint(named):
            caller = self._anonymous.get(client_address) or self._met(client_address)
        else:
            caller = self._caller(self._rules.proxies.client_of(client_address, headers))
        if not _CREDENTIALS.isdisjoint(named):
            known = self._with_credential(named, headers, caller)
            if not known.is_anonymous:
                return known
            caller = known
        if caller.is_loopback and self._rules.is_demo and self._is_own_page(named):
            return _changed(caller, name="owner", scope=Scope.ADMIN, is_anonymous=False)
        return caller

    def identify_token(self, token: str, caller: Principal) -> Principal:
        """Return who a token belongs to that came another way, such as a first message."""
        if token.startswith(PREFIX):
            key = self._keys.verify(token)
            known = _Known(f"key:{key.id}", key.name, key.permits, key.expires, key.id)
        elif self._tokens is None:
            message = "unknown API key"
            raise CredentialError(message, hint=_HINT)
        else:
            claims = self._tokens.verify(token)
            known = _Known(f"token:{claims.name}", claims.name, claims.scope, claims.expires)
        return _changed(
            caller,
            name=known.name,
            scope=max(known.scope, self._open),
            who="" if caller.is_loopback else known.who,
            is_anonymous=False,
            key=known.key,
            expires=known.expires,
        )

    def require(self, principal: Principal, scope: Scope) -> None:
        """Raise unless the principal may do what needs the scope: 401 if unknown, 403 if known."""
        if principal.scope >= scope:
            return
        if principal.is_anonymous:
            reason = f" ({principal.refused})" if principal.refused else ""
            message = f"a key with the scope {scope.text} is needed here{reason}"
            raise CredentialError(message, hint=_HINT)
        message = f"{principal.name!r} has the scope {principal.scope.text}, expected {scope.text}"
        raise ForbiddenError(message, hint="take a key with that scope")

    def check_again(self, principal: Principal) -> None:
        """Raise if the credential of a long connection counts no longer."""
        if principal.key:
            self._keys.check(principal.key)
        elif principal.expires is not None and self._clock.now_us() // US >= principal.expires:
            message = "the token has expired"
            raise CredentialError(message, hint="connect again with a new one")

    def caller_of(self, headers: Headers, client_address: str) -> Principal:
        """Return where a request comes from, whatever credential it carries: for limits of 401."""
        return self.identify(
            [pair for pair in headers if pair[0] not in _CREDENTIALS], client_address
        )

    def _met(self, address: str) -> Principal:
        """Return a caller without a proxy, and remember it: most ask again."""
        if len(self._anonymous) >= MOST_REMEMBERED:
            self._anonymous.clear()
        caller = self._anonymous[address] = self._caller(address, is_direct=True)
        return caller

    def _caller(self, address: str, *, is_direct: bool = False) -> Principal:
        is_own = is_direct and is_loopback(address)
        who = "" if is_own else f"address:{group_of(address)}"
        return Principal(ANONYMOUS, self._open, address, who, is_own)

    def _with_credential(self, named: Named, headers: Headers, caller: Principal) -> Principal:
        token, refused = _token_in(named, headers)
        if token:
            return self.identify_token(token, caller)
        cookie = cookie_in(named.get(b"cookie", b""))
        if cookie and is_from_own_page(named):
            try:
                return self.identify_token(cookie, caller)
            except CredentialError as error:
                refused = f"of the cookie: {error.message}"
        return _changed(caller, refused=refused) if refused else caller

    def _is_own_page(self, named: Named) -> bool:
        """Tell whether no page of another site may be behind this, not even by a name that lies."""
        host, origin = named.get(b"host"), named.get(b"origin")
        if host is not None and host_name(host) not in self._own_names:
            return False
        if origin is None:
            return named.get(b"sec-fetch-site") in _OWN_PAGE
        return self._rules.origins.is_listed(origin) or is_same_origin(origin, host)


def _token_in(named: Named, headers: Headers) -> tuple[str, str]:
    """Return the token of the headers, and why there is none if one was tried."""
    written = named.get(b"authorization")
    if written is not None:
        if sum(name == b"authorization" for name, _ in headers) > 1:
            message = "more than one Authorization header"
            raise CredentialError(message, hint=_HINT)
        scheme, _, token = written.decode("latin-1").partition(" ")
        if scheme.lower() in ("bearer", "token"):
            return _present(token)
        if scheme.lower() == "basic" and (password := _password(token)).startswith(PREFIX):
            return password, ""
    key = named.get(b"x-api-key")
    if key is not None:
        return _present(key.decode("latin-1"))
    # Another scheme is most often that of a proxy in front, which passes on what it was given.
    return "", "" if written is None else "Authorization: Bearer expected, found another scheme"


def _password(encoded: str) -> str:
    """Return the password of a Basic credential; nothing if it is none."""
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return ""
    return pair.partition(":")[2]


def _present(token: str) -> tuple[str, str]:
    if not token.strip():
        message = "an empty key"
        raise CredentialError(message, hint=_HINT)
    return token.strip(), ""


def is_from_own_page(named: Named) -> bool:
    """Return whether no page of another site has asked."""
    origin = named.get(b"origin")
    if origin is not None:
        return is_same_origin(origin, named.get(b"host"))
    return named.get(b"sec-fetch-site") in _OWN_PAGE


def _changed(principal: Principal, **changes: object) -> Principal:
    return msgspec.structs.replace(principal, **changes)
