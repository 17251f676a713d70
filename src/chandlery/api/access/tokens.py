"""Tokens that others issue: JWT with HS256 and a shared secret, or RS256 and public keys.

The algorithm is chosen by which key we have, never by the token alone, and times are checked
with the clock that was handed in.
"""

from __future__ import annotations

from typing import Any, NoReturn

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from chandlery.api.access.errors import CredentialError
from chandlery.api.access.key_file import KeyFile
from chandlery.api.access.principal import SCOPES, Scope
from chandlery.core.clock import Clock
from chandlery.core.columns import US

LEEWAY_S = 30
LONGEST_S = 3_600
LONGEST_TEXT = 8_192
LONGEST_NAME = 200

_HINT = "ask whoever issues the tokens for another"


class Claims(msgspec.Struct, frozen=True):
    """What a token says that was found valid."""

    name: str
    scope: Scope
    expires: int


class Expected(msgspec.Struct, frozen=True):
    """What a token must be meant for and come from, where that is configured."""

    audience: str = ""
    issuer: str = ""


class _Payload(msgspec.Struct, frozen=True):
    exp: int | float | None = None
    nbf: int | float | None = None
    iat: int | float | None = None
    aud: str | list[str] = ""
    iss: str = ""
    sub: str = ""
    scope: str | list[str] = ""
    scp: str | list[str] = ""


class Tokens:
    """Checks tokens."""

    __slots__ = ("_clock", "_expected", "_file", "_jws", "_secret")

    def __init__(
        self, clock: Clock, secret: str = "", file: KeyFile | None = None,
        expected: Expected = Expected(),  # noqa: B008 - frozen
    ) -> None:  # fmt: skip
        self._clock = clock
        self._secret = secret.encode()
        self._file = file
        self._expected = expected
        self._jws = PyJWS(options={"enforce_minimum_key_length": True})

    def verify(self, text: str) -> Claims:
        """Return what the token says, if it is valid."""
        if len(text) > LONGEST_TEXT:
            _refuse(f"is longer than {LONGEST_TEXT:,} characters")
        payload = self._payload(text)
        self._check_times(payload)
        self._check_meant(payload)
        return Claims(
            name=_printable(payload.sub) or "token",
            scope=max(map(_scope_of, (payload.scope, payload.scp))),
            expires=int(payload.exp or 0),
        )

    def now_s(self) -> int:
        """Return the time."""
        return self._clock.now_us() // US

    def _payload(self, text: str) -> _Payload:
        try:
            header = self._jws.get_unverified_header(text)
            algorithm, key = self._key_of(header)
            signed = self._jws.decode(text, key, [algorithm])
        except (PyJWTError, ValueError, TypeError, RecursionError):
            _refuse("is malformed or its signature is wrong")
        try:
            return msgspec.json.decode(signed, type=_Payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _refuse("has claims of a wrong type")

    def _key_of(self, header: dict[str, Any]) -> tuple[str, bytes | RSAPublicKey]:
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm == "HS256" and self._secret:
            return "HS256", self._secret
        if algorithm == "RS256" and self._file is not None:
            key = self._file.key(kid)
            if key is None:
                _refuse("is signed with a key that is not on our list")
            return "RS256", key
        return _refuse("is signed in a way that is not accepted here")

    def _check_times(self, payload: _Payload) -> None:
        now = self.now_s()
        if payload.exp is None:
            _refuse("never expires: the claim exp is missing")
        if now >= payload.exp + LEEWAY_S:
            _refuse("has expired")
        if max(payload.nbf or 0, payload.iat or 0) > now + LEEWAY_S:
            _refuse("is not valid yet")
        begins = now if payload.iat is None else payload.iat
        if payload.exp - begins > LONGEST_S + LEEWAY_S:
            _refuse(f"is valid for too long: {LONGEST_S // 60} minutes at most")

    def _check_meant(self, payload: _Payload) -> None:
        audience, issuer = self._expected.audience, self._expected.issuer
        named = [payload.aud] if isinstance(payload.aud, str) else payload.aud
        if audience and audience not in named:
            _refuse("is meant for another service (aud)")
        if issuer and payload.iss != issuer:
            _refuse("comes from another issuer (iss)")


def _refuse(reason: str) -> NoReturn:
    message = f"the token {reason}"
    raise CredentialError(message, hint=_HINT)


def _scope_of(claim: str | list[str]) -> Scope:
    words = claim.split() if isinstance(claim, str) else claim
    return max((SCOPES[word] for word in words if word in SCOPES), default=Scope.NOTHING)


def _printable(name: str) -> str:
    return "".join(letter for letter in name[:LONGEST_NAME] if letter.isprintable())
