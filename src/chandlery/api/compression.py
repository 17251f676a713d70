"""Compressing answers as `Accept-Encoding` wishes: zstd, else gzip, at levels that cost little."""

from __future__ import annotations

import gzip
import re
import threading
from functools import lru_cache
from typing import Literal

import zstandard

Encoding = Literal["zstd", "gzip"]

LEAST_BYTES = 1_024
"""Less is not worth it."""
MUCH_BYTES = 64 * 1024
"""More than this is compressed in a thread, beside the event loop."""
ZSTD_LEVEL, GZIP_LEVEL = 1, 1
MOST_HEADER = 256
"""Characters of a header that are looked at: nobody needs more."""

_PREFERRED: tuple[Encoding, ...] = ("zstd", "gzip")
_MEDIA_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")
_ARROW = "application/vnd.apache.arrow."
_CODING = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")

_own = threading.local()


def compressed(body: bytes, accept_encoding: str | None) -> tuple[bytes, Encoding | None]:
    """Return the body, compressed if that is wished and worth it, and how it is encoded."""
    encoding = encoding_of(accept_encoding)
    if encoding is None or len(body) <= LEAST_BYTES:
        return body, None
    return encoded(body, encoding), encoding


def encoded(body: bytes, encoding: Encoding) -> bytes:
    """Return a body in an encoding. Any thread may call."""
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    compressor: zstandard.ZstdCompressor | None = getattr(_own, "compressor", None)
    if compressor is None:
        # One a thread: they keep buffers, and must not be shared.
        compressor = _own.compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    return compressor.compress(body)


def is_compressible(media_type: str) -> bool:
    """Return whether bodies of a type become smaller: Parquet and pictures do not."""
    return media_type.startswith(_MEDIA_TYPES) or media_type.startswith(_ARROW)


def encoding_of(accept_encoding: str | None) -> Encoding | None:
    """Return the encoding that a client likes best, ours of equals; None is the body as it is."""
    if not accept_encoding or len(accept_encoding) > MOST_HEADER:
        return None
    return _encoding_of(accept_encoding)


@lru_cache(maxsize=256)
def _encoding_of(accept_encoding: str) -> Encoding | None:
    wishes: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        found = _CODING.fullmatch(part)
        if found is not None:
            wishes[found[1].removeprefix("x-")] = float(found[2] or 1)
    liking = {name: wishes.get(name, wishes.get("*", 0.0)) for name in _PREFERRED}
    best = max(_PREFERRED, key=lambda name: liking[name])
    # As it is counts as liked as the rest only if it is named.
    return best if liking[best] > 0 and liking[best] >= wishes.get("identity", 0.0) else None
