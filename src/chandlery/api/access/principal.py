"""Who a request comes from, and what that one may do. Pure."""

from __future__ import annotations

from enum import IntEnum

import msgspec

ANONYMOUS = "anonymous"


class Scope(IntEnum):
    """What may be done; a larger one includes the smaller."""

    NOTHING = 0
    READ = 1
    WRITE = 2
    ADMIN = 3

    @property
    def text(self) -> str:
        """The name in small letters, as keys and tokens spell it."""
        return self.name.lower()


SCOPES = {scope.text: scope for scope in Scope if scope}
"""Those that a key or token may have, by their spelling."""


class Principal(msgspec.Struct, frozen=True):
    """Who a request comes from."""

    name: str
    scope: Scope
    address: str
    who: str
    """Whose limits count: those of a key, a token's owner or an address; empty is not limited."""
    is_loopback: bool = False
    """Whether this machine itself has asked, and no proxy on it."""
    is_anonymous: bool = True
    key: str = ""
    """The id of the API key, if it was one."""
    expires: int | None = None
    """When the credential runs out, in seconds."""
    refused: str = ""
    """Why a credential that was sent is not counted, such as a cookie that has run out."""
