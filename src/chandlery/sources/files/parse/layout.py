"""Which column of a file is which of our fields: told by its names, or by what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chandlery.core.errors import InputError
from chandlery.sources.files.parse import binance, names
from chandlery.sources.files.parse.faults import Faults
from chandlery.sources.files.parse.options import FileOptions
from chandlery.sources.files.parse.times import TimeReader
from chandlery.sources.files.parse.values import SIDES

TRADES, BARS = "trades", "bars"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file: `fields` maps ours to positions, `names` are the file's own."""

    kind: str
    fields: dict[str, int]
    names: tuple[str, ...]
    width: int
    is_time_by_row: bool = False

    def name_of(self, field: str) -> str:
        """Return the file's name of a field's column; our own where it has none."""
        column = self.fields.get(field)
        return self.names[column] if column is not None and column < len(self.names) else field


def of_names(found: Sequence[str], options: FileOptions) -> Layout:
    """Return the layout that column names tell."""
    chosen = _chosen(found, len(found), options)
    fields = names.find(names.BAR_FIELDS, found, chosen) if _may_be_bars(options, chosen) else {}
    kind = BARS
    if not all(field in fields for field in names.NEEDED[BARS]):
        if options.interval is not None:
            raise _missing(BARS, fields, found)
        kind, fields = TRADES, names.find(names.TRADE_FIELDS, found, chosen)
        if not all(field in fields for field in names.NEEDED[TRADES]):
            raise _missing(TRADES, fields, found)
    return _with_market(Layout(kind, fields, tuple(found), len(found)), options)


def of_rows(rows: Sequence[Sequence[str]], options: FileOptions) -> Layout:
    """Return the layout of a file without names, from its first rows."""
    width = max({len(row) for row in rows}, key=[len(row) for row in rows].count)
    rows = [row for row in rows if len(row) == width]
    chosen = _chosen((), width, options)
    if chosen:
        kind = BARS if "o" in chosen or options.interval else TRADES
        if not all(field in chosen for field in names.NEEDED[kind]):
            raise _missing(kind, chosen, rows[0])
        return _with_market(Layout(kind, chosen, (), width), options)
    archive = binance.columns(rows)
    if archive is not None:
        kind = BARS if "o" in archive else TRADES
        layout = Layout(kind, archive, (), width, is_time_by_row=True)
    else:
        layout = _plain(rows, width, options)
    if layout.kind == TRADES and options.interval is not None:
        raise _missing(BARS, layout.fields, rows[0])
    return _with_market(layout, options)


def _plain(rows: Sequence[Sequence[str]], width: int, options: FileOptions) -> Layout:
    """Return the layout of bare rows that begin with a time."""
    if not _are_times([row[0] for row in rows]):
        raise _missing(BARS if options.interval else TRADES, {}, rows[0])
    if options.interval is not None and width in (5, 6):
        fields = dict(zip(("time", "o", "h", "l", "c", "v"), range(width), strict=False))
        return Layout(BARS, fields, (), width)
    if options.interval is not None or not 3 <= width <= 5:
        kind = BARS if options.interval else TRADES
        raise _missing(kind, {}, rows[0])
    fields = {"time": 0, "price": 1, "size": 2}
    if width == 5:
        fields |= {"side": 3, "id": 4}
    elif width == 4:
        are_sides = all(row[3].strip().lower() in SIDES for row in rows)
        fields["side" if are_sides else "id"] = 3
    return Layout(TRADES, fields, (), width)


def _are_times(texts: Sequence[str]) -> bool:
    """Return whether most of the texts are times of a plausible year."""
    faults = Faults(len(texts))
    TimeReader(None, is_bars=True).of_values([text.encode() for text in texts], faults)
    return 2 * len(faults) <= len(texts)


def _may_be_bars(options: FileOptions, chosen: dict[str, int]) -> bool:
    return options.interval is not None or not {"price", "size"} & set(chosen)


def _chosen(found: Sequence[str], width: int, options: FileOptions) -> dict[str, int]:
    """Return the columns that the options name."""
    chosen = {}
    for text, column in options.columns.items():
        field = names.field_named(text)
        if column in found:
            chosen[field] = list(found).index(column)
        elif column.isdigit() and 1 <= int(column) <= width:
            chosen[field] = int(column) - 1
        else:
            message = f"no column {column!r} for {text}"
            raise InputError(message, hint=_columns_found(found, width))
    return chosen


def _with_market(layout: Layout, options: FileOptions) -> Layout:
    if options.market is None and "market" not in layout.fields:
        message = "which market is it? the file has no column of symbols"
        raise InputError(message, hint="name the market, such as --market BINANCE:BTCUSDT")
    return replace(layout, fields=dict(layout.fields))


def _missing(kind: str, fields: dict[str, int], found: Sequence[str]) -> InputError:
    missing = [field for field in names.NEEDED[kind] if field not in fields]
    message = f"no column for {', '.join(missing)} ({_columns_found(found, len(found))})"
    example = ",".join(
        f"{field}={found[fields[field]] if field in fields else '...'}"
        for field in names.NEEDED[kind]
    )
    hint = f"say which column is which, by name or number: --columns {example}"
    if kind == TRADES and "o" not in fields and len(found) >= 5:
        hint += " (for bars without names: --interval 1m)"
    if len(found) == 1:
        hint = "is it the right delimiter? name it, such as --delimiter ';'"
    return InputError(message, hint=hint)


def _columns_found(found: Sequence[str], width: int) -> str:
    if not found:
        return f"columns 1 to {width}"
    shown = ", ".join(name[:30] for name in found[:20])
    return f"columns found: {shown}{', ...' if len(found) > 20 else ''}"
