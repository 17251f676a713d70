from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.compression import (
    LEAST_BYTES,
    compressed,
    encoded,
    encoding_of,
    is_compressible,
)

BODY = b'{"t":1735689600}' * 200


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd;q=0.8,gzip; q=0.8", "zstd"),
        ("zstd;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=0", None),
        ("*", "zstd"),
        ("*;q=0.1, gzip", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("*;q=0", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("gzip;q=2", None),
        ("gzip;q=0.0001", None),
        ("gzip;level=9", None),
        (f"gzip{' ' * 300}", None),
    ],
)
def test_the_client_chooses(header: str | None, encoding: str | None) -> None:
    assert encoding_of(header) == encoding


@given(st.text(max_size=300))
def test_any_header_is_understood_or_ignored(header: str) -> None:
    assert encoding_of(header) in (None, "gzip", "zstd")


@given(st.binary(min_size=LEAST_BYTES + 1, max_size=5_000))
def test_bodies_come_back_whole(body: bytes) -> None:
    packed, encoding = compressed(body, "gzip")
    assert (gzip.decompress(packed), encoding) == (body, "gzip")
    packed, encoding = compressed(body, "zstd")
    assert (zstandard.decompress(packed), encoding) == (body, "zstd")


def test_what_is_short_stays_as_it_is() -> None:
    assert compressed(BODY[:LEAST_BYTES], "gzip") == (BODY[:LEAST_BYTES], None)
    assert compressed(BODY, None) == (BODY, None)


def test_the_same_body_makes_the_same_bytes_in_any_thread() -> None:
    with ThreadPoolExecutor(4) as threads:
        for encoding in ("gzip", "zstd"):
            packed = threads.map(lambda _, e=encoding: encoded(BODY * 50, e), range(40))
            assert len(set(packed)) == 1


def test_what_is_compressed_already_is_left_alone() -> None:
    assert is_compressible("application/json")
    assert is_compressible("text/csv")
    assert is_compressible("application/vnd.apache.arrow.stream")
    assert not is_compressible("application/vnd.apache.parquet")
    assert not is_compressible("image/png")
