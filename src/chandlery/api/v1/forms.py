"""The forms in which bars are answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from chandlery.core.candles import Candles
from chandlery.engine.live import Page
from chandlery.formats.arrow import candles_arrow, candles_parquet
from chandlery.formats.bars_json import ROWS, columns_of
from chandlery.formats.csv import candles_csv

_UNSAFE = re.compile(r"[^A-Za-z0-9.\-]+")


class Form(NamedTuple):
    """How bars are written, and what that is called."""

    media_type: str
    ending: str
    write: Callable[[Page, Mapping[str, str]], bytes]


def columns_text(candles: Candles) -> bytes:
    """Return {"t": [...], "o": [...], ...}; what is not known is null."""
    return b"{%s}" % columns_of(candles, ROWS)


FORMS: dict[str, Form] = {
    "json": Form("application/json", "json", lambda page, _: page.text("rows")),
    "csv": Form("text/csv", "csv", lambda page, _: candles_csv(page.candles).encode()),
    "arrow": Form(
        "application/vnd.apache.arrow.stream",
        "arrow",
        lambda page, about: candles_arrow(page.candles, about),
    ),
    "parquet": Form(
        "application/vnd.apache.parquet",
        "parquet",
        lambda page, about: candles_parquet(page.candles, about),
    ),
    "columns": Form("application/json", "json", lambda page, _: columns_text(page.candles)),
}


def file_headers(form: Form, about: Mapping[str, str]) -> dict[str, str]:
    """Return the header that names a download; JSON is none."""
    if form.ending == "json":
        return {}
    name = _UNSAFE.sub("_", "-".join(about.values()))
    return {"Content-Disposition": f'attachment; filename="{name}.{form.ending}"'}
