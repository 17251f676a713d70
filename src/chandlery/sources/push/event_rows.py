"""Events of a platform's own as rows of trades."""

from __future__ import annotations

from typing import Any

import msgspec

from chandlery.core.events import FIELDS, EventError, EventMaps, Fields
from chandlery.sources.push.builder import Asked, Builder
from chandlery.sources.push.json_rows import decoded
from chandlery.sources.push.json_texts import Form
from chandlery.sources.push.parsed import Parsed, Raw

MOST_DEPTH = 16
NAME = "event"
"""The field that names the kind of an event."""

_many = msgspec.json.Decoder(list[dict[str, Any]])
_one = msgspec.json.Decoder(dict[str, Any])


def read_events(body: bytes, form: Form, maps: tuple[EventMaps, str], asked: Asked) -> Parsed:
    """Return the trades that events are; without a name beside the maps each says its own."""
    builder = Builder(asked)
    for index, events in decoded(body, form, builder, (_many, _one)):
        kept: list[int] = []
        rows: list[Fields] = []
        for place, event in zip(index, events, strict=True):
            try:
                rows.append(_trade_of(event, *maps))
                kept.append(place)
            except EventError as error:
                builder.reject(place, str(error))
        builder.add(Raw(kept, *([row.get(field) for row in rows] for field in FIELDS)))
    return builder.done()


def _trade_of(event: dict[str, Any], maps: EventMaps, name: str) -> Fields:
    if _is_deeper(event, MOST_DEPTH):
        message = f"an event nested at most {MOST_DEPTH} deep expected"
        raise EventError(message)
    own = name or event.get(NAME)
    if not isinstance(own, str):
        message = f'the kind of event expected, as "{NAME}":"Swap" or ?{NAME}=Swap, found none'
        raise EventError(message)
    return maps.trade_of(own, event)


def _is_deeper(value: Any, most: int) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    return most == 0 or any(_is_deeper(item, most - 1) for item in value)
