from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from chandlery.api.access.errors import CredentialError
from chandlery.api.access.key_file import KeyFile
from chandlery.api.access.principal import Scope
from chandlery.api.access.tokens import Expected, Tokens
from chandlery.core.errors import ConfigError
from tests.api.access.clocks import NOW_S, HandClock

SECRET = "canary-" + "s" * 40
PRIVATE, OTHER = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
PUBLIC_PEM = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def claims(**changes: object) -> dict[str, Any]:
    said = {"sub": "ann", "exp": NOW_S + 600, "scope": "read", **changes}
    return {name: value for name, value in said.items() if value is not None}


def hs(secret: str = SECRET, **changes: Any) -> str:
    return jwt.encode(claims(**changes), secret, algorithm="HS256")


def rs(kid: str | None = "a", key: Any = PRIVATE, **changes: object) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**changes), key, algorithm="RS256", headers=headers)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], body: dict[str, Any], secret: bytes = b"") -> str:
    signing = f"{part(header)}.{part(body)}"
    signature = hmac.new(secret, signing.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signing}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def jwk(kid: str, key: Any = PRIVATE, **more: object) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


def write(path: Path, *keys: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"keys": keys}))
    return path


@pytest.fixture
def both(tmp_path: Path) -> Tokens:
    return Tokens(HandClock(), SECRET, KeyFile(write(tmp_path / "k.json", jwk("a"))))


def test_valid_tokens_of_both_kinds_are_read(both: Tokens) -> None:
    for text in (hs(), rs()):
        found = both.verify(text)
        assert (found.name, found.scope, found.expires) == ("ann", Scope.READ, NOW_S + 600)


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ({"scope": "write"}, Scope.WRITE),
        ({"scope": "openid read admin"}, Scope.ADMIN),
        ({"scope": None, "scp": ["read", "write"]}, Scope.WRITE),
        ({"scope": None, "scp": "admin"}, Scope.ADMIN),
        ({"scope": None}, Scope.NOTHING),
        ({"scope": "Admin administrator nothing"}, Scope.NOTHING),
    ],
)
def test_the_scope_is_the_strongest_that_is_named(
    both: Tokens, said: dict[str, Any], scope: Scope
) -> None:
    assert both.verify(hs(**said)).scope is scope


FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: jwt.encode(claims(), "", algorithm="none"),
    "alg None by hand": lambda: by_hand({"alg": "None", "typ": "JWT"}, claims()),
    "no alg": lambda: by_hand({"typ": "JWT"}, claims(), SECRET.encode()),
    "alg is a list": lambda: by_hand({"alg": ["HS256"]}, claims(), SECRET.encode()),
    "HS256 with the public key": lambda: by_hand({"alg": "HS256"}, claims(), PUBLIC_PEM),
    "RS256 said, HS256 signed": lambda: by_hand(
        {"alg": "RS256", "kid": "a"}, claims(), SECRET.encode()
    ),
    "HS256 with another secret": lambda: hs("x" * 40),
    "HS512": lambda: jwt.encode(claims(), SECRET * 2, algorithm="HS512"),
    "PS256": lambda: jwt.encode(claims(), PRIVATE, algorithm="PS256", headers={"kid": "a"}),
    "RS256 by another key": lambda: rs(key=OTHER),
    "wrong kid": lambda: rs("b"),
    "no kid": lambda: rs(None),
    "kid is a path": lambda: rs("../../dev/null"),
    "kid is a number": lambda: by_hand({"alg": "RS256", "kid": 1}, claims()),
    "crit": lambda: jwt.encode(claims(), SECRET, headers={"crit": ["x"], "x": 1}),
    "expired": lambda: hs(exp=NOW_S - 30),
    "no exp": lambda: hs(exp=None),
    "exp is text": lambda: by_hand({"alg": "HS256"}, claims(exp="9999999999"), SECRET.encode()),
    "exp too far": lambda: hs(exp=NOW_S + 3_631),
    "exp too far from iat": lambda: hs(iat=NOW_S - 3_600, exp=NOW_S + 600),
    "exp is huge": lambda: by_hand({"alg": "HS256"}, claims(exp=1e300), SECRET.encode()),
    "not yet valid": lambda: hs(nbf=NOW_S + 31),
    "issued in the future": lambda: hs(iat=NOW_S + 31),
    "payload is a list": lambda: jwt.PyJWS().encode(b"[]", SECRET, algorithm="HS256"),
    "payload is no JSON": lambda: jwt.PyJWS().encode(b"\xff", SECRET, algorithm="HS256"),
    "payload is deep": lambda: jwt.PyJWS().encode(b"[" * 6_000, SECRET, algorithm="HS256"),
    "payload is detached": lambda: jwt.PyJWS().encode(
        b"{}", SECRET, algorithm="HS256", is_payload_detached=True
    ),
    "signature cut": lambda: hs()[:-4],
    "body changed": lambda: hs().replace(hs().split(".")[1], part(claims(scope="admin"))),
    "garbage": lambda: "garbage",
    "dots": lambda: "..",
    "empty": lambda: "",
    "letters": lambda: "é.é.é",
    "long": lambda: hs(sub="x" * 9_000),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_stale_token_is_refused(both: Tokens, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = FORGED[name]()
    with pytest.raises(CredentialError, match=r"^the token ") as caught:
        both.verify(text)
    assert SECRET not in repr(caught.value) + caught.value.hint
    assert not text or text not in caught.value.message


@given(st.text(max_size=60) | st.lists(st.text(max_size=30), max_size=4).map(".".join))
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(CredentialError):
        Tokens(HandClock(), SECRET).verify(text.encode("utf-8", "ignore").decode("latin-1"))


@pytest.mark.parametrize(
    "said",
    [
        {"exp": NOW_S - 29}, {"exp": NOW_S + 3_600}, {"nbf": NOW_S + 30}, {"iat": NOW_S + 30},
        {"iat": NOW_S - 3_000, "exp": NOW_S + 600}, {"exp": NOW_S + 0.5},
    ],
)  # fmt: skip
def test_clocks_may_differ_by_half_a_minute(both: Tokens, said: dict[str, Any]) -> None:
    assert both.verify(hs(**said)).name == "ann"


def test_a_token_runs_out_as_our_clock_moves() -> None:
    clock = HandClock()
    tokens = Tokens(clock, SECRET)
    text = hs()
    clock.seconds = 629
    tokens.verify(text)
    clock.seconds = 630
    with pytest.raises(CredentialError, match="has expired"):
        tokens.verify(text)


def test_audience_and_issuer_are_checked_when_configured() -> None:
    strict = Tokens(HandClock(), SECRET, None, Expected("chandlery", "https://id.example"))
    right: dict[str, Any] = {"aud": "chandlery", "iss": "https://id.example"}
    for said in (right, {**right, "aud": ["x", "chandlery"]}):
        assert strict.verify(hs(**said)).name == "ann"
    for wrong, told in (("aud", "another service"), ("iss", "another issuer")):
        for value in (None, "evil", ""):
            with pytest.raises(CredentialError, match=told):
                strict.verify(hs(**{**right, wrong: value}))
    assert Tokens(HandClock(), SECRET).verify(hs(**right)).name == "ann"


def test_each_kind_is_refused_without_its_key(tmp_path: Path) -> None:
    with pytest.raises(CredentialError, match="not accepted here"):
        Tokens(HandClock(), SECRET).verify(rs())
    file = KeyFile(write(tmp_path / "k.json", jwk("a")))
    with pytest.raises(CredentialError, match="not accepted here"):
        Tokens(HandClock(), "", file).verify(hs())
    with pytest.raises(CredentialError, match="not accepted here"):
        Tokens(HandClock(), "", file).verify(by_hand({"alg": "HS256"}, claims(), b"\0"))


def test_one_key_as_pem_needs_no_kid(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(PUBLIC_PEM)
    tokens = Tokens(HandClock(), "", KeyFile(path))
    for kid in (None, "any"):
        assert tokens.verify(rs(kid)).name == "ann"
    with pytest.raises(CredentialError):
        tokens.verify(rs(key=OTHER))


def test_a_changed_file_is_read_again_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "k.json", jwk("a"))
    tokens = Tokens(HandClock(), "", KeyFile(path))
    os.utime(write(path, jwk("b", OTHER)), ns=(1, 1))
    assert tokens.verify(rs("b", OTHER)).name == "ann"
    with pytest.raises(CredentialError, match="not on our list"):
        tokens.verify(rs("a"))
    path.write_text('{"keys": [')
    os.utime(path, ns=(2, 2))
    assert tokens.verify(rs("b", OTHER)).name == "ann"
    path.unlink()
    assert tokens.verify(rs("b", OTHER)).name == "ann"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"keys": 1}', "cannot be read"),
        ('{"keys": []}', "no RSA key"),
        (json.dumps({"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]}), "no RSA key"),
        (json.dumps({"keys": [jwk("a", alg="RS512")]}), "no RSA key"),
        (json.dumps({"keys": [jwk("a", use="enc")]}), "no RSA key"),
        (json.dumps({"keys": [jwk("a"), jwk("a")]}), "a kid of its own"),
        (json.dumps({"keys": [jwk("")]}), "a kid of its own"),
        (json.dumps({"keys": [{"kty": "RSA", "kid": "a", "n": "AQ", "e": "AQAB"}]}), "cannot"),
        (
            json.dumps({"keys": [json.loads(RSAAlgorithm.to_jwk(PRIVATE)) | {"kid": "a"}]}),
            "private",
        ),
        ("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "cannot be read"),
    ],
)
def test_a_file_without_keys_of_use_is_refused_at_the_start(
    text: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "k"
    path.write_text(text)
    with pytest.raises(ConfigError, match=told) as caught:
        KeyFile(path)
    assert "access.jwt_keys" in caught.value.message


def test_a_missing_file_and_a_short_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        KeyFile(tmp_path / "none")
    short = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - that is the point
    with pytest.raises(ConfigError, match="at least 2048 bits"):
        KeyFile(write(tmp_path / "k", jwk("a", short)))


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(Tokens(HandClock(), SECRET))
