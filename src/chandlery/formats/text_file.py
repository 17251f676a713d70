"""A text file written a piece at a time, compressed as its name says."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

import zstandard
from typing_extensions import override

from chandlery.core.errors import ChandleryError
from chandlery.formats.part_file import PartFile, WholeOrNothing

GZIP_LEVEL = 4
"""Half the time of the default level for a few percent more bytes, on trades."""


class _Bytes(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def close(self) -> None: ...


class TextFile(WholeOrNothing):
    """Writes UTF-8; `.gz` and `.zst` names are compressed. The target appears at `close`."""

    def __init__(self, path: Path) -> None:
        self._part = PartFile(path)
        try:
            file = self._part.path.open("wb")
        except OSError as error:
            raise _unwritable(path, error) from error
        self._layers: list[_Bytes] = [file]
        if (wrap := _COMPRESSORS.get(path.suffix.lower())) is not None:
            self._layers.append(wrap(file))

    def write(self, text: str) -> None:
        """Add text."""
        try:
            self._layers[-1].write(text.encode())
        except OSError as error:
            raise _unwritable(self._part.target, error) from error

    @override
    def close(self) -> None:
        """End the file and put it in its place."""
        try:
            for layer in reversed(self._layers):
                layer.close()
            self._part.finish()
        except OSError as error:
            raise _unwritable(self._part.target, error) from error

    @override
    def abort(self) -> None:
        """Remove what was written; the target stays as it was."""
        for layer in reversed(self._layers):
            with suppress(OSError):
                layer.close()
        self._part.drop()


def _gzip(file: IO[bytes]) -> _Bytes:
    # No name and no time in the header: the same rows make the same bytes.
    return gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=file, mtime=0)


def _zstandard(file: IO[bytes]) -> _Bytes:
    return zstandard.ZstdCompressor().stream_writer(file)


_COMPRESSORS: dict[str, Callable[[IO[bytes]], _Bytes]] = {".gz": _gzip, ".zst": _zstandard}


def _unwritable(path: Path, error: OSError) -> ChandleryError:
    hint = "look whether the disk has room and the folder may be written to"
    return ChandleryError(f"{path} could not be written: {error}", hint=hint)
