"""The cookie that the link of the first start leaves in a browser. Pure."""

from __future__ import annotations

import re

COOKIE = b"chandlery_token"
MAX_AGE_S = 400 * 86_400
"""As long as browsers keep a cookie at most."""

_TOKEN = re.compile(r"[A-Za-z0-9_.=-]{1,4096}")


def cookie_in(header: bytes) -> str:
    """Return our token in a Cookie header, or nothing."""
    if COOKIE not in header:
        return ""
    for part in header.split(b";"):
        name, _, value = part.strip().partition(b"=")
        if name == COOKIE:
            return value.decode("latin-1")
    return ""


def set_cookie(token: str, *, is_secure: bool, max_age_s: int = MAX_AGE_S) -> bytes:
    """Return the value of Set-Cookie: for no script, and for our own pages only.

    An empty token with an age of 0 takes the cookie away.
    """
    if token and not _TOKEN.fullmatch(token):
        raise ValueError
    secure = b"; Secure" if is_secure else b""
    age = str(max_age_s).encode()
    return (
        COOKIE + b"=" + token.encode() + b"; Path=/; Max-Age=" + age
        + b"; HttpOnly; SameSite=Strict" + secure
    )  # fmt: skip
