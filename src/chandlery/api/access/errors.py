"""Why somebody may not do something. No message holds any part of a secret."""

from __future__ import annotations

from chandlery.core.errors import ChandleryError


class AccessError(ChandleryError):
    """The caller may not do this; `status` and `headers` are what HTTP says then."""

    status = 403
    headers: tuple[tuple[bytes, bytes], ...] = ()


class CredentialError(AccessError):
    """A credential is missing, or what was given is not valid: 401."""

    status = 401
    headers = ((b"www-authenticate", b'Bearer realm="chandlery"'),)


class ForbiddenError(AccessError):
    """The credential is valid, but not for this: 403."""
