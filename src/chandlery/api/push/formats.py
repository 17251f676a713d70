"""Which format a body has: what its Content-Type says, or else how it begins. Pure."""

from __future__ import annotations

from chandlery.core.events import EventMaps
from chandlery.sources.push import (
    Asked,
    BodyError,
    Fault,
    Form,
    Parsed,
    read_arrow,
    read_csv,
    read_events,
    read_json,
)

ARROW = "application/vnd.apache.arrow.stream"
CSV = "text/csv"
LINES = (
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
)
JSON = ("application/json", "text/json")
UNSAID = ("", "application/x-www-form-urlencoded", "application/octet-stream", "text/plain")
"""What clients send that say nothing: the format is told from the first bytes."""
_CHARSETS = ("utf-8", "utf8", "us-ascii", "ascii")
_HINT = f"application/json, application/x-ndjson, {CSV} and {ARROW} are read"


def read_trades(data: bytes, content_type: str, asked: Asked) -> Parsed:
    """Return the trades of a body."""
    name = format_of(content_type, data)
    if name == "csv":
        return read_csv(data, asked)
    return read_arrow(data, asked) if name == "arrow" else read_json(data, _form(name), asked)


def read_event_body(
    data: bytes, content_type: str, maps: tuple[EventMaps, str], asked: Asked
) -> Parsed:
    """Return the trades that the events of a body are."""
    name = format_of(content_type, data)
    if name not in ("json", "lines"):
        message = f"events as JSON expected, found {name}"
        raise BodyError(
            Fault.UNSUPPORTED_MEDIA_TYPE, message, hint="send objects, or lines of them"
        )
    return read_events(data, _form(name), maps, asked)


def _form(name: str) -> Form:
    return "lines" if name == "lines" else "json"


def format_of(content_type: str, data: bytes) -> str:
    """Return json, lines, csv or arrow."""
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    _check_charset(parameters)
    if media_type in UNSAID:
        return _guessed(data)
    known = {
        CSV: "csv",
        ARROW: "arrow",
        **dict.fromkeys(LINES, "lines"),
        **dict.fromkeys(JSON, "json"),
    }
    if media_type not in known:
        message = f"a Content-Type of trades expected, found {media_type[:60]!r}"
        raise BodyError(Fault.UNSUPPORTED_MEDIA_TYPE, message, hint=_HINT)
    return known[media_type]


def _check_charset(parameters: str) -> None:
    for parameter in parameters.lower().split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _CHARSETS:
            message = f"text in UTF-8 expected, found {value.strip()[:20]!r}"
            raise BodyError(
                Fault.UNSUPPORTED_MEDIA_TYPE, message, hint="iconv -t UTF-8 converts it"
            )


def _guessed(data: bytes) -> str:
    if data.startswith((b"\xff\xff\xff\xff", b"ARROW")):
        return "arrow"
    start = data[:1_024].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return "json" if start in (b"{", b"[") else "csv"
