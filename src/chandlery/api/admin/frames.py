"""How rows and reports travel between a server and its command line: exactly, and as they come.

A stream of frames, each its length (4 bytes, the most significant first) and MessagePack. The last
one says how it ended, so that a stream that breaks off is not taken for a whole one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, TypeVar

import msgspec
import numpy as np

from chandlery.core.columns import Batch
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.engine.chores import Progress, Rolled, Said, Verified

Rows = TypeVar("Rows", bound=Batch)

MEDIA_TYPE = "application/vnd.chandlery.frames"
LENGTH_BYTES = 4


class Columns(msgspec.Struct, frozen=True, tag="columns"):
    """A batch of rows: the bytes of each column."""

    data: dict[str, bytes]


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """Everything was sent."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It could not go on."""

    message: str
    hint: str
    is_usage: bool


Frame: TypeAlias = Columns | Progress | Rolled | Said | Verified | Ended | Failed

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def written(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    body = _encoder.encode(frame)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def read(parts: Iterable[bytes]) -> Iterator[Frame]:
    """Yield the frames of a stream that comes in any parts, up to its end; raise if it failed."""
    buffer = bytearray()
    for part in parts:
        buffer += part
        while (frame := _taken(buffer)) is not None:
            if isinstance(frame, Ended):
                return
            if isinstance(frame, Failed):
                raise (UsageError if frame.is_usage else ChandleryError)(
                    frame.message, hint=frame.hint
                )
            yield frame
    message = "the server broke off"
    raise ChandleryError(message, hint="its log says why; do it again")


def columns_of(batch: Batch) -> Columns:
    """Return a batch as a frame."""
    return Columns(
        {
            name: np.ascontiguousarray(column, dtype=np.dtype(column.dtype).newbyteorder("<"))
            .view(np.uint8)
            .tobytes()
            for name, column in batch.columns().items()
        }
    )


def batch_of(kind: type[Rows], frame: Frame) -> Rows:
    """Return the rows of a frame."""
    if not isinstance(frame, Columns):
        message = f"rows expected, found {type(frame).__name__}"
        raise ChandleryError(message, hint="is the server of this version?")
    return kind.of(
        **{
            name: np.frombuffer(frame.data[name], np.dtype(dtype).newbyteorder("<"))
            for name, dtype in kind.DTYPES.items()
        }
    )


def _taken(buffer: bytearray) -> Frame | None:
    """Take the first frame out of a buffer, if it is whole."""
    end = LENGTH_BYTES + int.from_bytes(buffer[:LENGTH_BYTES], "big")
    if len(buffer) < max(end, LENGTH_BYTES):
        return None
    frame = _decoder.decode(bytes(buffer[LENGTH_BYTES:end]))
    del buffer[:end]
    return frame
