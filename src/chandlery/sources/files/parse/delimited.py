"""Blocks of delimited text as columns: whole blocks at once, line by line where that fails.

A row is a line: a quoted field may hold delimiters, but no line end.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from chandlery.core.errors import InputError
from chandlery.sources.files.parse import layout as layouts
from chandlery.sources.files.parse import names
from chandlery.sources.files.parse.faults import shown
from chandlery.sources.files.parse.frame import Broken, Frame
from chandlery.sources.files.parse.layout import Layout
from chandlery.sources.files.parse.options import FileOptions

_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 50
_LINE_END, _QUOTE = 10, 34


class Delimited:
    """Splits the blocks of one file. `header_line` is the number of its header, or 0."""

    def __init__(self, layout: Layout, delimiter: str, header_line: int) -> None:
        self.layout = layout
        self.header_line = header_line
        self._delimiter = delimiter
        self._code = ord(delimiter)

    @classmethod
    def of_sample(cls, sample: bytes, options: FileOptions) -> Delimited:
        """Tell delimiter, header and columns from the beginning of a file."""
        lines = _sample_lines(sample)
        if not lines:
            message = "the file holds no rows, only comments"
            raise InputError(message)
        delimiter = options.delimiter or _delimiter([text for _, text in lines])
        rows = [_fields(text.lstrip("# "), delimiter) for _, text in lines]
        if _is_header(rows[0], options):
            found = [name.strip() for name in rows[0]]
            return cls(layouts.of_names(found, options), delimiter, lines[0][0])
        return cls(layouts.of_rows(rows, options), delimiter, 0)

    def frame(self, block: bytes, first_line: int) -> Frame:
        """Return the rows of a block of whole lines whose first has the given number."""
        if self.header_line >= first_line:
            skipped = self.header_line - first_line + 1
            block = block.split(b"\n", skipped)[-1]
            first_line += skipped
        plain = self._without_quotes(block)
        if plain is not None and self._is_even(plain):
            rows = plain.count(b"\n")
            flat = plain[:-1].replace(b"\n", self._delimiter.encode())
            fields = flat.split(self._delimiter.encode())
            width = self.layout.width
            columns = {field: fields[column::width] for field, column in self.layout.fields.items()}
            lines = np.arange(first_line, first_line + rows)
            return Frame(lines, columns, is_careful=b"_" in block)
        return self._by_line(block, first_line)

    def _without_quotes(self, block: bytes) -> bytes | None:
        """Return the block with needless quotes taken off, or None where it has to be read."""
        if b"#" in block and (block.startswith(b"#") or b"\n#" in block):
            return None
        if not block.isascii() and not _is_utf8(block):
            return None
        return block if b'"' not in block else self._unquoted(block)

    def _unquoted(self, block: bytes) -> bytes | None:
        """Return the block without quotes if they do nothing but surround fields."""
        codes = np.frombuffer(block, dtype=np.uint8)
        is_inside = np.bitwise_xor.accumulate(codes == _QUOTE)
        if np.any(is_inside & ((codes == self._code) | (codes == _LINE_END))):
            return None
        block = b"\n" + block
        for end in (self._delimiter.encode(), b"\n"):
            block = block.replace(b'"' + end, end).replace(end + b'"', end)
        return block[1:] if b'"' not in block else None

    def _is_even(self, block: bytes) -> bool:
        """Return whether each line has as many fields as there are columns."""
        codes = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero((codes == self._code) | (codes == _LINE_END))
        width = self.layout.width
        if not len(ends) or len(ends) % width:
            return False
        is_end = codes[ends] == _LINE_END
        last = is_end[width - 1 :: width]
        return bool(last.all()) and int(np.count_nonzero(is_end)) == len(last)

    def _by_line(self, block: bytes, first_line: int) -> Frame:
        width = self.layout.width
        numbers: list[int] = []
        rows: list[list[bytes]] = []
        broken: list[Broken] = []
        for number, line in enumerate(block[:-1].split(b"\n"), first_line):
            if not line.strip() or line.startswith(b"#"):
                continue
            if not _is_utf8(line):
                broken.append(Broken(number, "", shown(line), "expected UTF-8 text"))
                continue
            row = self._split(line)
            if len(row) == width:
                numbers.append(number)
                rows.append(row)
            else:
                broken.append(self._uneven(number, len(row)))
        columns = {
            field: [row[column] for row in rows] for field, column in self.layout.fields.items()
        }
        return Frame(np.array(numbers, dtype=np.int64), columns, broken, is_careful=True)

    def _split(self, line: bytes) -> list[bytes]:
        if b'"' in line:
            return [field.encode() for field in _fields(line.decode(), self._delimiter)]
        return line.split(self._delimiter.encode())

    def _uneven(self, line: int, found: int) -> Broken:
        width, columns = self.layout.width, self.layout.names
        name = columns[found] if found < min(width, len(columns)) else ""
        return Broken(line, name, str(found), f"expected {width} fields")


def _sample_lines(sample: bytes) -> list[tuple[int, str]]:
    """Return the first lines that hold something, with their numbers.

    Comments do not, except one at the start that is a header: `#time,price,size`.
    """
    texts = sample.decode(errors="replace").split("\n")
    lines = [(number, text) for number, text in enumerate(texts, 1) if text.strip()]
    rows = [line for line in lines if not line[1].startswith("#")][:_SAMPLE_LINES]
    is_header = lines and sum(map(names.knows, re.split(r"[^\w ]+", lines[0][1]))) > 1
    return [lines[0], *rows] if is_header and lines[0] not in rows else rows


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that splits most lines alike into the most fields."""
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        widths = Counter(len(_fields(line, delimiter)) for line in lines)
        width, votes = widths.most_common(1)[0]
        if width > most and 2 * votes >= len(lines):
            best, most = delimiter, width
    return best


def _fields(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return [line]


def _is_header(fields: Sequence[str], options: FileOptions) -> bool:
    """Return whether fields are names: one that we know, or none that could be a value."""
    texts = [field.strip() for field in fields]
    if any(not name.isdigit() and name in texts for name in options.columns.values()):
        return True
    if any(names.knows(text) for text in texts):
        return True
    return not any(text[:1].isdigit() or text[:1] in ("+", "-", ".") for text in texts)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
