"""`indicators/{name}`: an indicator over the bars of a market."""

from __future__ import annotations

from functools import cache
from typing import Any

from litestar import Request, Response

from chandlery.api import parameters
from chandlery.api.answering import JSON, Content, answered, server_of
from chandlery.api.caching import is_settled
from chandlery.api.errors import UnknownIndicatorError
from chandlery.api.operation import MAYBE, TEXT, TIME, WHOLE, Operation, list_of, record
from chandlery.api.parameters import Parameter, Parameters
from chandlery.api.v1.candles import END, INTERVAL, LIMIT, START, SYMBOL, USUAL, check_range
from chandlery.api.v1.reading import reading
from chandlery.core.columns import US
from chandlery.core.errors import UsageError
from chandlery.core.indicators import INDICATORS, Indicator, Timeline, Value
from chandlery.core.indicators import Parameter as Own
from chandlery.core.indicators import indicator as indicator_of
from chandlery.engine.indicating import Indicated, Study, indicate
from chandlery.engine.live import MOST_BARS, Window
from chandlery.formats.numbers import joined

NAME: Parameter[str] = Parameter(
    name="name",
    help="The indicator, as `/api/v1/indicators` lists it.",
    read=str.strip,
    schema={"type": "string", "enum": list(INDICATORS)},
    example="sma",
    is_required=True,
    is_in_path=True,
)
FIXED = (SYMBOL, INTERVAL, START, END, LIMIT)


def _every_parameter() -> tuple[Parameter[Any], ...]:
    """Return the parameters that some indicator has: each takes its own."""
    owners: dict[str, list[Indicator]] = {}
    for each in INDICATORS.values():
        for own in each.parameters:
            owners.setdefault(own.name, []).append(each)
    return tuple(_told(name, having) for name, having in owners.items())


def _told(name: str, owners: list[Indicator]) -> Parameter[str]:
    own = next(each for each in owners[0].parameters if each.name == name)
    listed = ", ".join(f"`{each.name}`" for each in owners)
    help_ = f"Of {listed}: {own.help}."
    schema = {"type": "string", "maxLength": 40}
    return Parameter(name=name, help=help_, read=str, schema=schema, example=str(own.default))


@reading(
    "indicators/{name:str}",
    Operation(
        summary="An indicator over bars",
        description="Its values at the newest `limit` bars with start <= t < end, right from the "
        "first one on: bars before it are read as far as needed. Null is where there is no value. "
        "`displacement` says by how many bars a line is drawn to the right of its bars. Besides "
        "the parameters of the bars it takes those of the indicator.",
        tag="Indicators",
        parameters=(NAME, *FIXED, *_every_parameter()),
        schema=record(
            indicator=TEXT,
            interval=TEXT,
            parameters={"type": "object"},
            displacement={"type": "object", "additionalProperties": WHOLE},
            t=list_of(TIME),
            outputs={"type": "object", "additionalProperties": list_of(MAYBE)},
        ),
        example={
            "indicator": "sma",
            "interval": "1m",
            "parameters": {"period": 20, "source": "c"},
            "displacement": {"sma": 0},
            "t": [1735689600],
            "outputs": {"sma": [93580.25]},
        },
        headers={"Chandlery-Interval": "The interval of the bars, such as `1h`."},
        errors=(400, 404, 500, 503),
    ),
)
async def indicator(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return an indicator's values."""
    server = server_of(request)
    found = _named(NAME.of(request.path_params["name"]))
    accepted = _accepted(found.name)
    given = accepted.read(request.scope["query_string"])
    check_range(given[START], given[END])
    values = {
        own.name: given[own] for own in accepted.listed if own not in FIXED and given.has(own)
    }
    number = server.engine.registry.number(given[SYMBOL])
    calendar = server.engine.registry.calendars.of(number)
    limit = given[LIMIT] or (USUAL if given[START] is None else MOST_BARS)
    window = Window(given[START], given[END], limit)
    study = Study.of(found.name, values)
    result = await indicate(server.live, number, Timeline(calendar, given[INTERVAL]), window, study)
    now = server.clock.now_us() // US
    settled = len(result.times) > 0 and result.is_final and is_settled(given[END], now)
    headers = {"Chandlery-Interval": str(result.resolution)}
    return await answered(request, Content(_text(result, study), JSON, settled, headers))


def _named(name: str) -> Indicator:
    try:
        return indicator_of(name)
    except UsageError as error:
        raise UnknownIndicatorError(error.message, hint=error.hint) from None


@cache
def _accepted(name: str) -> Parameters:
    """Return the parameters of the bars, and those of an indicator."""
    return Parameters(*FIXED, *(_parameter(own) for own in INDICATORS[name].parameters))


def _parameter(own: Own) -> Parameter[Value | None]:
    def read(text: str) -> Value:
        value = own.read(text)
        if value is None:
            message = f"{own.expected} expected for {own.name}, found {parameters.shown(text)}"
            raise UsageError(message)
        return value

    schema = {"type": "string"}
    return Parameter(
        name=own.name, help=own.help, read=read, schema=schema, example=str(own.default)
    )


def _text(found: Indicated, study: Study) -> bytes:
    about = Content.of(
        {
            "indicator": study.indicator.name,
            "interval": str(found.resolution),
            "parameters": dict(study.values),
            "displacement": dict(found.displacement),
        }
    ).body
    lines = (b'"%s":[%s]' % (name.encode(), joined(own)) for name, own in found.outputs.items())
    columns = b'"t":[%s],"outputs":{%s}' % (joined(found.times), b",".join(lines))
    return b"%s,%s}" % (about[:-1], columns)
