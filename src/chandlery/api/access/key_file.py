"""The file of public keys that tokens are checked with: a JWKS, or one key as PEM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import PyJWTError

from chandlery.core.errors import ConfigError

LEAST_BITS = 2_048
MOST_BYTES = 1_000_000
SETTING = "access.jwt_keys"

_PEM = b"-----BEGIN"
_HINT = "it holds a JWKS with RSA keys that have a kid, or one RSA public key as PEM"
_ALGORITHM = RSAAlgorithm(RSAAlgorithm.SHA256)
_ONLY = None

_log = structlog.get_logger()


class KeyFile:
    """The keys of a file by their id; the file is read again when it has changed.

    A file that cannot be read any more leaves the keys as they were: one that is being written
    must not lock everybody out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.expanduser()
        self._seen = self._stamp()
        self._keys = self._read()

    def key(self, kid: str | None) -> RSAPublicKey | None:
        """Return the key with that id; a PEM file has one key for all tokens."""
        self._refresh()
        return self._keys[_ONLY] if _ONLY in self._keys else self._keys.get(kid)

    def _refresh(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._keys = self._read()
        except ConfigError as error:
            _log.warning("keys of tokens stay as they were", reason=error.message)

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> dict[str | None, RSAPublicKey]:
        try:
            with self._path.open("rb") as file:
                text = file.read(MOST_BYTES)
            return {_ONLY: _checked(text)} if _PEM in text else _key_set(text)
        except (OSError, ValueError, TypeError, PyJWTError) as error:
            message = f"{SETTING}: {self._path} cannot be read: {error}"
            raise ConfigError(message, hint=_HINT) from None


def _key_set(text: bytes) -> dict[str | None, RSAPublicKey]:
    keys: dict[str | None, RSAPublicKey] = {}
    for entry in msgspec.json.decode(text, type=dict[str, Any]).get("keys", []):
        if not _is_for_us(entry):
            continue
        kid = entry.get("kid")
        if not isinstance(kid, str) or not kid or kid in keys:
            message = f"each key needs a kid of its own, found {kid!r}"
            raise ValueError(message)
        keys[kid] = _checked(entry)
    if not keys:
        message = "it has no RSA key for RS256"
        raise ValueError(message)
    return keys


def _is_for_us(entry: Any) -> bool:
    """Tell whether it is an RSA key to check signatures of RS256 with."""
    return (
        isinstance(entry, dict)
        and entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
    )


def _checked(source: bytes | dict[str, Any]) -> RSAPublicKey:
    if isinstance(source, dict):
        key = _ALGORITHM.from_jwk(source)
    else:
        key = _ALGORITHM.prepare_key(source)
    if not isinstance(key, RSAPublicKey):
        message = "a public key expected, found a private one: keep that where tokens are made"
        raise ValueError(message)
    if key.key_size < LEAST_BITS:
        message = f"an RSA key of at least {LEAST_BITS} bits expected, found {key.key_size}"
        raise ValueError(message)
    return key
