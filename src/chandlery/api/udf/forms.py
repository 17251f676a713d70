"""What is posted: forms, encoded like a URL or in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.enums import RequestEncodingType

from chandlery.api.query import Query
from chandlery.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form."""

    query: Query

    def content(self, name: str) -> str:
        """Return a field of any length that must be there."""
        value = self.query.raw(name)
        if not value:
            message = f"the field {name} expected, found nothing"
            raise UsageError(message)
        if "\x00" in value:
            message = f"{name} without null characters expected"
            raise UsageError(message)
        return value


async def form_of(request: Request[Any, Any, Any]) -> Form:
    """Return the form that was posted."""
    kind, _ = request.content_type
    if kind == RequestEncodingType.MULTI_PART:
        return Form(Query(await _parts(request)))
    # Not the framework's parser: it keeps the last thousand bodies in memory.
    return Form(Query.parse(await request.body()))


async def _parts(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str):
            message = f"text expected for {name}, found a file"
            raise UsageError(message)
        fields.setdefault(name, []).append(value)
    return fields
