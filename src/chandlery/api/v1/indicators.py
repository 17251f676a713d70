"""`indicators`: which there are."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from chandlery.api.answering import Content, answered
from chandlery.api.operation import TEXT, Operation, list_of, record
from chandlery.api.parameters import Parameters
from chandlery.api.v1.reading import reading
from chandlery.core.indicators import INDICATORS, Indicator, Parameter

ACCEPTED = Parameters()

INDICATOR = record(
    name=TEXT,
    title=TEXT,
    help=TEXT,
    pane={"type": "string", "enum": ["overlay", "own"]},
    outputs=list_of(TEXT),
    parameters=list_of(
        {
            "type": "object",
            "properties": {
                "name": TEXT,
                "kind": {"type": "string", "enum": ["int", "float", "choice"]},
                "help": TEXT,
                "expected": TEXT,
                "default": {"type": ["number", "string"]},
                "least": {"type": "number"},
                "most": {"type": "number"},
                "choices": list_of(TEXT),
            },
            "required": ["name", "kind", "help", "expected", "default"],
        }
    ),
)


@reading(
    "indicators",
    Operation(
        summary="The indicators there are",
        description="Each with its parameters and the lines it draws: `overlay` over the bars, "
        "`own` in a pane of its own.",
        tag="Indicators",
        schema=list_of(INDICATOR),
        example=[
            {
                "name": "obv",
                "title": "On-balance volume",
                "help": "...",
                "pane": "own",
                "outputs": ["obv"],
                "parameters": [],
            }
        ],
    ),
)
async def indicators(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return all indicators."""
    ACCEPTED.read(request.scope["query_string"])
    return await answered(request, Content.of([_row(each) for each in INDICATORS.values()]))


def _row(indicator: Indicator) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "title": indicator.title,
        "help": indicator.help,
        "pane": indicator.pane,
        "outputs": list(indicator.outputs),
        "parameters": [_parameter(each) for each in indicator.parameters],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    known = {
        "name": parameter.name,
        "kind": parameter.kind,
        "help": parameter.help,
        "expected": parameter.expected,
        "default": parameter.default,
    }
    if parameter.kind == "choice":
        return known | {"choices": list(parameter.choices)}
    return known | {"least": parameter.low, "most": parameter.high}
