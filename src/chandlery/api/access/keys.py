"""API keys: made here, shown once, kept as a hash; verified in memory, in constant time.

Creating, revoking and reloading ask the store and may block; verifying never does.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, Protocol

import msgspec
import structlog
from typing_extensions import override

from chandlery.api.access.errors import CredentialError
from chandlery.api.access.principal import SCOPES, Scope
from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import UsageError
from chandlery.core.moments import LATEST_S, iso_of

KIND = "api_key"
PREFIX = "chd_"
SECRET_BYTES = 32
MOST_KEYS = 10_000
LONGEST_NAME = 64

_ID_BYTES = 6
_TEXT = re.compile(r"chd_([0-9a-f]{12})_([0-9a-f]{64})")
_NOBODY = hashlib.sha256(b"").hexdigest()

_log = structlog.get_logger()


class Notes(Protocol):
    """What of a store is needed: see Store.notes and Store.note."""

    def notes(self, kind: str) -> dict[str, str]:
        """Return the small documents of a kind."""
        ...

    def note(self, kind: str, name: str, text: str) -> None:
        """Keep a small document."""
        ...


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a key; times in seconds."""

    id: str
    name: str
    scope: Literal["read", "write", "admin"]
    sha256: str
    created: int
    expires: int | None = None
    revoked: int | None = None
    last_used: int | None = None

    @override
    def __repr__(self) -> str:
        return f"ApiKey({self.id}, {self.scope})"

    @property
    def permits(self) -> Scope:
        """What the key may do."""
        return SCOPES[self.scope]

    def state_at(self, now: int) -> str:
        """Return `active`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and now >= self.expires else "active"

    def shown(self, now: int) -> dict[str, object]:
        """Return what anybody who may see keys may see of it."""
        fields = ("id", "name", "scope", "created", "expires", "revoked", "last_used")
        return {name: getattr(self, name) for name in fields} | {"state": self.state_at(now)}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key with its text, which exists nowhere else and cannot be had again."""

    key: ApiKey
    text: str = field(repr=False)


class Keys:
    """The keys of a store. One object serves a process, so that all see a change at once."""

    def __init__(self, store: Notes, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._keys: dict[str, ApiKey] = {}
        self._used: dict[str, int] = {}
        self._lent: dict[str, ApiKey] = {}
        self._changing = Lock()
        self.reload()

    def reload(self) -> None:
        """Read all keys again; blocks."""
        read = (_decoded(name, text) for name, text in self._store.notes(KIND).items())
        self._keys = {key.id: key for key in read if key is not None}

    def all(self) -> list[ApiKey]:
        """Return every key, revoked ones too, the oldest first."""
        keys = [self._with_use(key) for key in self._keys.values()]
        return sorted(keys, key=lambda key: (key.created, key.id))

    def create(self, name: str, scope: Scope, lifetime_s: int | None = None) -> Issued:
        """Make a key and keep its hash; blocks."""
        _refuse_wrong(name, scope, lifetime_s)
        now, secret = self.now_s(), secrets.token_hex(SECRET_BYTES)
        with self._changing:
            self._refuse_too_many(now)
            key = ApiKey(
                id=self._free_id(),
                name=name.strip(),
                scope=_spelling(scope),
                sha256=_hash(secret),
                created=now,
                expires=None if lifetime_s is None else now + lifetime_s,
            )
            self._keep(key)
        return Issued(key, f"{PREFIX}{key.id}_{secret}")

    def lend(self, name: str) -> str:
        """Make an admin key that is kept nowhere and ends with this object; return its text.

        For the server's own command line on this machine; it is in no list.
        """
        secret, key_id = secrets.token_hex(SECRET_BYTES), self._free_id()
        self._lent[key_id] = ApiKey(
            id=key_id, name=name, scope="admin", sha256=_hash(secret), created=self.now_s()
        )
        return f"{PREFIX}{key_id}_{secret}"

    def revoke(self, key_id: str) -> ApiKey:
        """Have a key count no longer, from now on and for ever; blocks."""
        with self._changing:
            found = self._keys.get(key_id)
            if found is None:
                message = f"no API key has the id {key_id[:40]!r}"
                raise UsageError(message, hint="`chandlery keys list` shows them")
            if found.revoked is None:
                found = msgspec.structs.replace(self._with_use(found), revoked=self.now_s())
                self._keep(found)
        return found

    def verify(self, text: str) -> ApiKey:
        """Return the key whose text this is, if it counts."""
        written = _TEXT.fullmatch(text)
        key = self._known(written[1]) if written else None
        found = _hash(written[2] if written else "")
        # An id that is unknown takes as long as a wrong secret.
        is_right = hmac.compare_digest(found, key.sha256 if key else _NOBODY)
        if key is None or not is_right:
            message = "unknown API key"
            raise CredentialError(message, hint="look whether it is whole; none is shown twice")
        self._refuse_dead(key)
        if key.id not in self._lent:
            self._used[key.id] = self.now_s()
        return key

    def check(self, key_id: str) -> None:
        """Raise if a key that was verified before counts no longer."""
        key = self._known(key_id)
        if key is None:
            message = "unknown API key"
            raise CredentialError(message)
        self._refuse_dead(key)

    def keep_use(self) -> None:
        """Write down when keys were last used; blocks. For now and then, and at the end."""
        with self._changing:
            used, self._used = self._used, {}
            for key_id, when in used.items():
                if key_id in self._keys:
                    self._keep(msgspec.structs.replace(self._keys[key_id], last_used=when))

    def now_s(self) -> int:
        """Return the time."""
        return self._clock.now_us() // US

    def _known(self, key_id: str) -> ApiKey | None:
        return self._keys.get(key_id) or self._lent.get(key_id)

    def _with_use(self, key: ApiKey) -> ApiKey:
        when = self._used.get(key.id)
        return key if when is None else msgspec.structs.replace(key, last_used=when)

    def _keep(self, key: ApiKey) -> None:
        self._store.note(KIND, key.id, msgspec.json.encode(key).decode())
        self._keys = {**self._keys, key.id: key}

    def _free_id(self) -> str:
        while (key_id := secrets.token_hex(_ID_BYTES)) in self._keys:
            pass
        return key_id

    def _refuse_dead(self, key: ApiKey) -> None:
        if key.revoked is not None:
            message = f"the API key {key.id} was revoked at {iso_of(key.revoked)}"
            raise CredentialError(message, hint="`chandlery keys create` makes another")
        if key.expires is not None and self.now_s() >= key.expires:
            message = f"the API key {key.id} expired at {iso_of(key.expires)}"
            raise CredentialError(message, hint="`chandlery keys create` makes another")

    def _refuse_too_many(self, now: int) -> None:
        active = sum(key.state_at(now) == "active" for key in self._keys.values())
        if active >= MOST_KEYS:
            message = f"there are {active:,} API keys, the most there may be"
            raise UsageError(message, hint="revoke some: `chandlery keys revoke ID`")


def first_admin_key(keys: Keys) -> str | None:
    """Make an admin key if there never was one, and return its text; blocks.

    One that was revoked is not replaced: that would undo what somebody meant.
    """
    if any(key.permits is Scope.ADMIN for key in keys.all()):
        return None
    return keys.create("first start", Scope.ADMIN).text


def _decoded(name: str, text: str) -> ApiKey | None:
    try:
        return msgspec.json.decode(text, type=ApiKey)
    except msgspec.DecodeError as error:
        _log.warning("an API key cannot be read and does not count", key=name, reason=str(error))
        return None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _spelling(scope: Scope) -> Literal["read", "write", "admin"]:
    if scope is Scope.ADMIN:
        return "admin"
    return "write" if scope is Scope.WRITE else "read"


def _refuse_wrong(name: str, scope: Scope, lifetime_s: int | None) -> None:
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        message = (
            f"a name of 1 to {LONGEST_NAME} printable characters expected, found {name[:80]!r}"
        )
        raise UsageError(message)
    if scope is Scope.NOTHING:
        message = f"a scope expected ({', '.join(SCOPES)}), found none"
        raise UsageError(message)
    if lifetime_s is not None and not 0 < lifetime_s < LATEST_S // 2:
        message = f"a time above 0 expected after which the key expires, found {lifetime_s} s"
        raise UsageError(message, hint="such as 30d")
