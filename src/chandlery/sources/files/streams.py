"""Files opened and unpacked: whatever their compression, pieces of plain bytes come out.

Damaged or truncated data is an error after every byte before it has been handed over.
"""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

import zstandard
from typing_extensions import override

from chandlery.core.errors import InputError
from chandlery.sources.files.inputs import Input

_GZIP, _ZSTD, _ZIP, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK", b"PAR1"
_OTHERS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}
_PIECE = 1 << 20
# Decompressors give all that one piece holds: small pieces bound what a hostile one can grow to.
_PACKED_PIECE = {"gzip": 1 << 16, "zstd": 1 << 12}
_HEAD = 8


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Member:
    """One plain file: the input itself, or one of those in an archive."""

    name: str
    pieces: Iterator[bytes]


class Counted(io.RawIOBase):
    """A file that counts how many of its bytes have been read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head = b""
        self.count = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return self._file.seekable()

    @override
    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence == io.SEEK_CUR:
            offset -= len(self._head)
        self._head = b""
        return self._file.seek(offset, whence)

    @override
    def tell(self) -> int:
        return self._file.tell() - len(self._head)

    @override
    def read(self, size: int = -1, /) -> bytes:
        head, self._head = self._head, b""
        data = head or self._file.read(size)
        self.count += len(data)
        return data

    def peek(self) -> bytes:
        """Return the next bytes without taking them."""
        self._head = self._head or self._file.read(_HEAD)
        return self._head


@contextmanager
def opened(item: Input) -> Iterator[Counted]:
    """Open an input, closing it at the end unless it is standard input."""
    if item.path is None:
        yield Counted(sys.stdin.buffer)
        return
    try:
        file = item.path.open("rb")
    except OSError as error:
        message = f"{item.name}: cannot be opened: {error.strerror}"
        raise InputError(message) from error
    with file:
        yield Counted(file)


def members(item: Input, file: Counted) -> Iterator[Member]:
    """Return the plain files in an opened input, to be read one after the other."""
    head = file.peek()
    if not head:
        message = f"{item.name} is empty"
        raise InputError(message, hint="a file of trades or bars was expected")
    for magic, packer in _OTHERS.items():
        if head.startswith(magic):
            message = f"{item.name} is packed with {packer}, which is not supported"
            raise InputError(message, hint="unpack it first, or use gzip, zstd or zip")
    if head.startswith(_ZIP):
        yield from _zip_members(item, file)
    elif head.startswith(_GZIP):
        yield Member(item.name, _unpacked(item.name, file, "gzip", _gunzip))
    elif head.startswith(_ZSTD):
        yield Member(item.name, _unpacked(item.name, file, "zstd", _unzstd))
    else:
        yield Member(item.name, _plain(item.name, file))


def _gunzip() -> _Unpacker:
    return cast(_Unpacker, zlib.decompressobj(31))


def _unzstd() -> _Unpacker:
    return cast(_Unpacker, zstandard.ZstdDecompressor().decompressobj())


def _plain(name: str, file: Counted) -> Iterator[bytes]:
    try:
        while piece := file.read(_PIECE):
            yield piece
    except OSError as error:
        message = f"{name}: cannot be read: {error.strerror}"
        raise InputError(message) from error


def _unpacked(
    name: str, file: Counted, packer: str, new: Callable[[], _Unpacker]
) -> Iterator[bytes]:
    """Return the plain bytes of any number of packed parts, one after the other."""
    unpacker = new()
    is_between = True
    while piece := file.read(_PACKED_PIECE[packer]):
        while piece:
            try:
                plain = unpacker.decompress(piece)
            except (zlib.error, zstandard.ZstdError) as error:
                # Some writers fill the last block with zeros after the end.
                if is_between and not piece.strip(b"\0"):
                    return
                message = f"{name}: the {packer} data is damaged ({error})"
                raise InputError(message, hint="fetch or make the file again") from error
            if plain:
                yield plain
            is_between = unpacker.eof
            piece = unpacker.unused_data if is_between else b""
            if is_between:
                unpacker = new()
    if not is_between:
        message = f"{name}: the {packer} data ends too early (truncated file?)"
        raise InputError(message, hint="fetch or make the file again")


def _zip_members(item: Input, file: Counted) -> Iterator[Member]:
    if not file.seekable():
        message = "a zip archive cannot be read from standard input"
        raise InputError(message, hint="name the file instead of -")
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, file))
    except zipfile.BadZipFile as error:
        message = f"{item.name}: the zip archive is damaged or ends too early ({error})"
        raise InputError(message, hint="fetch or make the file again") from error
    with archive:
        infos = [info for info in archive.infolist() if _holds_data(info)]
        if not infos:
            message = f"{item.name}: the zip archive holds no files"
            raise InputError(message)
        for info in infos:
            name = f"{item.name}/{info.filename}"
            yield Member(name, _unzipped(name, archive, info))


def _holds_data(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return not (info.is_dir() or "__MACOSX" in parts or parts[-1].startswith("."))


def _unzipped(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while piece := member.read(_PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        message = f"{name}: the zip data is damaged or ends too early ({error})"
        raise InputError(message, hint="fetch or make the file again") from error
    except (RuntimeError, NotImplementedError) as error:
        message = f"{name}: cannot be unpacked: {error}"
        raise InputError(message, hint="unpack it first") from error
