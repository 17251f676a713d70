"""What a body unpacks to: never more than is allowed, however small it is."""

from __future__ import annotations

import io
import zlib

import zstandard

from chandlery.sources.push.errors import BodyError, Fault

ENCODINGS = ("gzip", "zstd")
_GZIP = 31
_WINDOW_BYTES = 8 << 20
"""The largest window of zstd that may be sent over HTTP (RFC 9659)."""


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """Return a body without its encoding; one that is too large is unpacked no further."""
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
    if not names:
        return body
    if len(names) > 1 or names[0] not in ENCODINGS:
        message = f"Content-Encoding gzip or zstd expected, found {encoding[:40]!r}"
        raise BodyError(Fault.UNSUPPORTED_ENCODING, message, hint="or send it as it is")
    try:
        return _gunzipped(body, most) if names[0] == "gzip" else _unzstd(body, most)
    except (zlib.error, zstandard.ZstdError) as error:
        message = f"the body is no {names[0]}: {error}"
        raise BodyError(Fault.BAD_ENCODING, message, hint=_HALF) from None


_HALF = "was it sent whole, and packed once?"


def _gunzipped(body: bytes, most: int) -> bytes:
    parts, left = [], most
    while body:
        member = zlib.decompressobj(_GZIP)
        parts.append(member.decompress(body, left + 1))
        left -= len(parts[-1])
        if left < 0:
            raise too_large(most)
        _check_whole(member.eof)
        body = member.unused_data
    return b"".join(parts)


def _unzstd(body: bytes, most: int) -> bytes:
    maker = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    with maker.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        found = reader.read(most + 1)
    if len(found) > most:
        raise too_large(most)
    # Its size is known now; a reader does not tell whether the last frame was whole.
    while body:
        frame = maker.decompressobj()
        frame.decompress(body)
        _check_whole(frame.eof)
        body = frame.unused_data
    return found


def too_large(most: int) -> BodyError:
    """Return the error of a body that is larger than allowed, packed or not."""
    message = f"a body of at most {most:,} bytes expected, also unpacked, found more"
    return BodyError(Fault.BODY_TOO_LARGE, message, hint="send it in parts, or raise push.body")


def _check_whole(is_whole: bool) -> None:  # noqa: FBT001 - what the libraries call eof
    if not is_whole:
        message = "the packed body ends too early"
        raise BodyError(Fault.BAD_ENCODING, message, hint=_HALF)
