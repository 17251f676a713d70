"""Packed bodies: whole ones are unpacked, bombs are not."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard

from chandlery.sources.push import BodyError, Fault, unpacked

TEXT = b"some rows\n" * 1_000
PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}
BOMB_BYTES = 200_000_000


@pytest.mark.parametrize("encoding", PACK)
def test_what_was_packed_comes_out(encoding: str) -> None:
    packed = PACK[encoding](TEXT)
    assert unpacked(packed, encoding, len(TEXT)) == TEXT
    assert unpacked(packed, f"identity, {encoding.upper()}", len(TEXT)) == TEXT
    assert unpacked(packed + packed, encoding, 2 * len(TEXT)) == TEXT * 2
    assert unpacked(TEXT, "", 1) == TEXT


@pytest.mark.parametrize("encoding", PACK)
def test_more_than_allowed_is_refused(encoding: str) -> None:
    packed = PACK[encoding](TEXT)
    for body, most in ((packed, len(TEXT) - 1), (packed + packed, 2 * len(TEXT) - 1)):
        with pytest.raises(BodyError) as refused:
            unpacked(body, encoding, most)
        assert refused.value.fault is Fault.BODY_TOO_LARGE


@pytest.mark.parametrize("encoding", PACK)
def test_a_bomb_is_never_unpacked(encoding: str) -> None:
    bomb = PACK[encoding](bytes(BOMB_BYTES))
    tracemalloc.start()
    try:
        with pytest.raises(BodyError) as refused:
            unpacked(bomb, encoding, 1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.fault is Fault.BODY_TOO_LARGE
    assert peak < 8_000_000


@pytest.mark.parametrize("encoding", PACK)
@pytest.mark.parametrize("cut", [1, 5, 20, -1])
def test_half_a_body_is_refused(encoding: str, cut: int) -> None:
    with pytest.raises(BodyError) as refused:
        unpacked(PACK[encoding](TEXT)[:cut], encoding, 1_000_000)
    assert refused.value.fault is Fault.BAD_ENCODING


@pytest.mark.parametrize("encoding", PACK)
def test_what_is_not_packed_is_refused(encoding: str) -> None:
    with pytest.raises(BodyError) as refused:
        unpacked(TEXT, encoding, 1_000_000)
    assert refused.value.fault is Fault.BAD_ENCODING


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "gzip,zstd"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(BodyError) as refused:
        unpacked(TEXT, encoding, 1_000_000)
    assert refused.value.fault is Fault.UNSUPPORTED_ENCODING
