"""Whether an Arrow message is compressed, told from its header without unpacking it.

The header is a flatbuffer: a table begins with the distance back to a list of where its fields
lie (https://flatbuffers.dev/internals); `Message` and `RecordBatch` are those of Arrow's format
(https://arrow.apache.org/docs/format/Columnar.html). Pure.
"""

from __future__ import annotations

import struct

from chandlery.sources.push.errors import BodyError, Fault

_HEADER_TYPE, _HEADER = 1, 2
_DICTIONARY, _BATCH = 2, 3
_DATA_OF_DICTIONARY = 1
_COMPRESSION_OF_BATCH = 3


def is_compressed(header: bytes) -> bool:
    """Return whether a message holds buffers that have to be unpacked."""
    try:
        return _is_compressed(header)
    except struct.error:
        message = "the Arrow stream cannot be read: a header is damaged"
        raise BodyError(Fault.BAD_BODY, message, hint="is it an IPC stream, and whole?") from None


def _is_compressed(header: bytes) -> bool:
    message = _at(header, 0)
    kind_at = _field(header, message, _HEADER_TYPE)
    table_at = _field(header, message, _HEADER)
    if not kind_at or not table_at:
        return False
    kind, table = header[kind_at], _at(header, table_at)
    if kind == _DICTIONARY:
        data_at = _field(header, table, _DATA_OF_DICTIONARY)
        if not data_at:
            return False
        kind, table = _BATCH, _at(header, data_at)
    return kind == _BATCH and bool(_field(header, table, _COMPRESSION_OF_BATCH))


def _at(header: bytes, place: int) -> int:
    """Return where the table lies that a place refers to."""
    return int(struct.unpack_from("<I", header, place)[0]) + place


def _field(header: bytes, table: int, number: int) -> int:
    """Return where a field of a table lies; 0 if it has none."""
    fields = table - int(struct.unpack_from("<i", header, table)[0])
    if fields < 0:
        raise struct.error
    size = int(struct.unpack_from("<H", header, fields)[0])
    place = 4 + 2 * number
    if place + 2 > size:
        return 0
    offset = int(struct.unpack_from("<H", header, fields + place)[0])
    return table + offset if offset else 0
