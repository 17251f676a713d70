"""What the document says of saved charts and templates."""

from __future__ import annotations

from typing import Any

from chandlery.api.openapi.kinds import number, said
from chandlery.api.openapi.tradingview import FORM, PREFIX
from chandlery.api.operation import TEXT, Body, Operation
from chandlery.api.parameters import Parameter

_CLIENT = said("client", "Sets apart several applications of one owner.", "app", needed=False)
_USER = said("user", "Ignored: the owner is whoever signed in.", "me", needed=False)
_CHART = number("chart", "The chart's number.", 1735689600000, needed=False)
_TEMPLATE = said("template", "The template's name.", "my template", needed=False)
_TOOL = said("tool", "The drawing tool.", "LineToolTrendLine", needed=False)

_KINDS: dict[str, tuple[str, tuple[Parameter[Any], ...]]] = {
    "charts": ("charts", (_CLIENT, _USER, _CHART)),
    "study_templates": ("templates of studies", (_CLIENT, _USER, _TEMPLATE)),
    "drawing_templates": (
        "templates of drawings",
        (_CLIENT, _USER, _TOOL, _TEMPLATE, said("name", "The same.", "my", needed=False)),
    ),
}
_BODY = Body(
    media_type=FORM,
    schema={
        "type": "object",
        "properties": {"name": TEXT, "content": TEXT, "symbol": TEXT, "resolution": TEXT},
        "required": ["name", "content"],
    },
    example={"name": "my chart", "content": "{}", "symbol": "BINANCE:BTCUSDT", "resolution": "60"},
)
_WORDS = {
    "GET": ("List or load", "One if it is named, else the list."),
    "POST": ("Save", "A new one, or in place of the one that is named."),
    "DELETE": ("Delete", "The one that is named."),
}


def _operation(method: str, plural: str, parameters: tuple[Parameter[Any], ...]) -> Operation:
    verb, description = _WORDS[method]
    return Operation(
        summary=f"{verb} {plural}",
        description=description,
        tag="Saved charts",
        parameters=parameters,
        schema={"type": "object", "properties": {"status": TEXT}, "required": ["status"]},
        example={"status": "ok", "data": []} if method == "GET" else {"status": "ok"},
        body=_BODY if method == "POST" else None,
        errors=(),
        is_cached=False,
    )


SAVED = {
    (method, f"{PREFIX}/1.1/{kind}"): _operation(method, plural, parameters)
    for kind, (plural, parameters) in _KINDS.items()
    for method in _WORDS
}
