"""What the OpenAPI document says of an endpoint, written next to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chandlery.api.parameters import Parameter

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a request carries."""

    media_type: str
    schema: Mapping[str, Any]
    example: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An endpoint as clients are told of it."""

    summary: str
    description: str
    tag: str
    example: Any
    """An answer, of the first media type."""
    schema: Mapping[str, Any]
    """What JSON Schema says of it."""
    parameters: tuple[Parameter[Any], ...] = ()
    media_type: str = JSON
    other_media_types: tuple[str, ...] = ()
    """Further forms of the answer that can be asked for."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What each header of the answer says."""
    errors: tuple[int, ...] = (400, 500, 503)
    body: Body | None = None
    is_cached: bool = True
    """Whether the answer has an ETag."""
    statuses: tuple[int, ...] = (200,)
    """With which the answer comes."""

    @property
    def opt(self) -> dict[str, Any]:
        """What a handler is given so that the document finds this."""
        return {OPT: self}


OPT = "operation"

NUMBER = {"type": "number"}
TIME = {"type": "integer", "description": "Seconds since 1970, UTC."}
MAYBE = {"type": ["number", "null"]}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def list_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": dict(item)}


def extended(schema: Mapping[str, Any], **optional: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that may have these properties too."""
    return {**schema, "properties": {**schema["properties"], **optional}}


def record(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has exactly these properties."""
    return {
        "type": "object",
        "properties": {name: dict(schema) for name, schema in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }
