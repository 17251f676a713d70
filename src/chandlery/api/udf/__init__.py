"""TradingView's datafeed protocol (UDF), with saved charts and marks."""

from __future__ import annotations

from litestar import Router

from chandlery.api.udf import config, history, marks, quotes, saved, search, symbols
from chandlery.api.udf.answers import HANDLERS, nothing_at
from chandlery.api.udf.paths import PREFIXES, is_udf, normalised

_DATA = [
    config.config,
    config.time,
    symbols.symbols,
    symbols.symbol_info,
    search.search,
    history.history,
    marks.marks,
    marks.timescale_marks,
    marks.add_mark,
    marks.remove_mark,
    quotes.quotes,
]

ROUTES: list[Router] = [
    *(Router(prefix, route_handlers=_DATA, exception_handlers=HANDLERS) for prefix in PREFIXES),
    *(
        Router(
            f"{prefix}/1.1",
            route_handlers=[saved.charts, saved.study_templates, saved.drawing_templates],
            exception_handlers=saved.HANDLERS,
            request_max_body_size=saved.MOST_BODY_BYTES,
        )
        for prefix in ("", *PREFIXES)
    ),
]

__all__ = ["PREFIXES", "ROUTES", "is_udf", "normalised", "nothing_at"]
