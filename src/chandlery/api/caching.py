"""What caches are told of an answer: its identity, and how long it holds. Pure.

An answer is identified by its content: a late trade that corrects a bar changes the identity, a
restart does not, and every process gives the same one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

SETTLED_AFTER_S = 3_600
"""A closed range is taken as settled when it ended so long ago: few trades come later."""
SETTLED_FOR_S = 3_600
"""How long a cache may show a settled range without asking."""

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def etag_of(body: bytes, media_type: str = "") -> str:
    """Return the identity of a body before it is compressed.

    It is weak, as the same content is sent in several encodings.
    """
    digest = blake2b(body, digest_size=12, person=media_type.encode()[:16]).hexdigest()
    return f'W/"{digest}"'


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Return whether the client has this content already, as `If-None-Match` says."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return etag.removeprefix("W/") in _TAG.findall(if_none_match)


def is_settled(end: int | None, now: int) -> bool:
    """Return whether a closed range that ends at a moment is taken as settled."""
    return end is not None and end + SETTLED_AFTER_S <= now


@lru_cache(maxsize=4)
def cache_control(*, settled: bool, private: bool) -> str:
    """Return how long an answer may be shown without asking again.

    What may still change is asked for each time, which costs little where it has not.
    """
    kept = f"max-age={SETTLED_FOR_S}, immutable" if settled else "no-cache"
    return f"{'private' if private else 'public'}, {kept}"


def is_private(scope: Mapping[str, Any]) -> bool:
    """Return whether a credential was needed for this request."""
    return bool(scope.get("state", {}).get("principal"))
