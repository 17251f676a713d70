from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import zstandard

from chandlery.core.errors import InputError
from chandlery.sources.files import Chunk, Input, inputs, read
from tests.sources.files.reading import START_S, Symbols, options, read_text

DIGITS = np.random.default_rng(7).random((20_000, 2)).tolist()
TEXT = "time,price,size,id\n" + "".join(
    f"{START_S + n},{price},{size},{n}\n" for n, (price, size) in enumerate(DIGITS)
)
DATA = TEXT.encode()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


PACKED = {
    "gzip": gzip.compress(DATA),
    "gzip in parts": gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:]),
    "gzip padded": gzip.compress(DATA) + b"\0" * 512,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress(DATA),
    "zstd in parts": zstandard.compress(DATA[:1000]) + zstandard.compress(DATA[1000:]),
    "zip": zipped({"trades.csv": DATA, "__MACOSX/._trades.csv": b"\0", "folder/": b""}),
}


@pytest.mark.parametrize("packer", PACKED)
def test_packed_files_are_told_by_their_content(tmp_path: Path, packer: str) -> None:
    whole = read_text(tmp_path, PACKED[packer], "any.name")
    assert whole.trades.id.tolist() == list(range(20_000))
    assert sum(chunk.bytes_read for chunk in whole.chunks) > 0


@pytest.mark.parametrize(("packer", "name"), [("gzip", "gzip"), ("zstd", "zstd")])
def test_rows_before_the_end_of_a_truncated_file_are_given(
    tmp_path: Path, packer: str, name: str
) -> None:
    path = tmp_path / "trades.csv.packed"
    path.write_bytes(PACKED[packer][:-2000])
    chunks: list[Chunk] = []
    with pytest.raises(InputError, match=f"packed: the {name} data ends too early"):
        chunks.extend(read(inputs([str(path)])[0], options(chunk_rows=1000), Symbols().number))
    ids = [number for chunk in chunks for number in chunk.trades.id.tolist()]
    assert 5000 < len(ids) < 20_000
    assert ids == list(range(len(ids)))
    assert not any(chunk.bad_count for chunk in chunks)


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_damaged_data_is_an_error(tmp_path: Path, packer: str) -> None:
    data = bytearray(PACKED[packer])
    data[len(data) // 2 : len(data) // 2 + 64] = b"\xff" * 64
    with pytest.raises(InputError, match=r"damaged|ends too early"):
        read_text(tmp_path, bytes(data))


def test_damaged_zip_archives_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged or ends too early"):
        read_text(tmp_path, PACKED["zip"][:-100])
    data = bytearray(PACKED["zip"])
    data[5000:5064] = b"\xff" * 64
    with pytest.raises(InputError, match="damaged or ends too early"):
        read_text(tmp_path, bytes(data))
    with pytest.raises(InputError, match="holds no files"):
        read_text(tmp_path, zipped({}))


def test_each_member_of_an_archive_is_a_file_of_its_own(tmp_path: Path) -> None:
    trades = f"time,price,size\n{START_S},1,1\nx,1,1\n"
    bars = f"{START_S},1,2,1,2,5\n{START_S + 60},1,2,1,2,5\n{START_S + 120},1,2,1,2,5\n"
    data = zipped({"a.csv": trades.encode(), "b.csv": trades.encode(), "BTCUSDT-1m-2024-01.csv":
                   bars.encode()})  # fmt: skip
    whole = read_text(tmp_path, data, "all.zip")
    assert [bad.file.rpartition("/")[2] for bad in whole.bad] == ["a.csv", "b.csv"]
    assert whole.trades.id[0] == whole.trades.id[1]
    assert (len(whole.candles), whole.interval) == (3, "1m")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    item = Input("-", None, None)
    assert inputs(["-"]) == [item]
    for data in (DATA, PACKED["gzip"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        chunks = list(read(item, options(), Symbols().number))
        assert sum(len(chunk.trades) for chunk in chunks) == 20_000


def test_rows_out_of_order_on_standard_input_get_the_ids_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{START_S + n % 3},{1 + n % 2},1" for n in range(40)]
    text = "time,price,size\n" + "\n".join(lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    (chunk,) = read(Input("-", None, None), options(), Symbols().number)
    assert chunk.trades.id.tolist() == read_text(tmp_path, text).trades.id.tolist()
