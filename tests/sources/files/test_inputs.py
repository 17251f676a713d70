from __future__ import annotations

import os
from pathlib import Path

import pytest

from chandlery.core.errors import InputError, UsageError
from chandlery.sources import files
from chandlery.sources.files import FileOptions, inputs, read
from tests.sources.files.reading import Symbols, options, written


def test_exports() -> None:
    assert files.__all__ == ["BadRow", "Chunk", "FileOptions", "Input", "inputs", "read"]


def test_patterns_and_names_give_each_file_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        written(tmp_path, "12345", name)
    (tmp_path / "folder.csv").mkdir()
    found = inputs([str(tmp_path / "*.csv"), str(tmp_path / "a.csv"), str(tmp_path / "c.txt")])
    assert [Path(item.name).name for item in found] == ["a.csv", "b.csv", "c.txt"]
    assert [item.total_bytes for item in found] == [5, 5, 5]


def test_a_name_that_looks_like_a_pattern_is_a_name_if_it_exists(tmp_path: Path) -> None:
    path = written(tmp_path, "1", "trades[1].csv")
    assert [item.path for item in inputs([str(path)])] == [path]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory") as caught:
        inputs([str(tmp_path)])
    assert f"'{tmp_path}/*.csv'" in caught.value.hint
    with pytest.raises(InputError, match=r"missing\.csv: no such file"):
        inputs([str(tmp_path / "missing.csv")])
    with pytest.raises(InputError, match="no file matches"):
        inputs([str(tmp_path / "*.nothing")])
    with pytest.raises(InputError, match="no file given"):
        inputs([])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "1")
    path.chmod(0)
    with pytest.raises(InputError, match="no permission"):
        inputs([str(path)])


def test_a_file_that_vanishes_is_an_error(tmp_path: Path) -> None:
    (item,) = inputs([str(written(tmp_path, "1"))])
    (tmp_path / "trades.csv").unlink()
    with pytest.raises(InputError, match=r"trades\.csv: cannot be opened: No such file"):
        list(read(item, options(), Symbols().number))


def test_options_that_cannot_be_are_refused() -> None:
    with pytest.raises(UsageError, match="unknown time unit 'min'"):
        FileOptions(time_unit="min")
    with pytest.raises(UsageError, match="delimiter must be one character"):
        FileOptions(delimiter="::")
    with pytest.raises(UsageError, match="chunk_rows"):
        FileOptions(chunk_rows=0)
    assert FileOptions(delimiter="tab").delimiter == "\t"
