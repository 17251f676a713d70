"""Made-up requests, good and bad: no fault of the server, and every answer as the document says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from chandlery.api.openapi import document_of
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.api.v1.bridge import HOST, session_of
from tests.api.v1.house import app_of, house
from tests.engine.builders import HandClock

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
)
STRICT = "/api/v1/"
"""Below it what is wrong is refused; other protocols want leniency, or say so in the body."""
GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
DESCRIBED = document_of(app_of(Server(Engine(MemoryStore()), HandClock())))["paths"]
CASES = [
    (path, mode)
    for path, methods in sorted(DESCRIBED.items())
    for mode in (GOOD, BAD)
    # What takes no parameters can be asked nothing bad.
    if mode is GOOD or any(each["parameters"] for each in methods.values())
]
OWN = [case for case in CASES if case[0].startswith(STRICT)]
KNOWN = {
    "symbol": ["BINANCE:BTCUSDT", "KRAKEN:BTC/EUR", "NYSE:ACME", "NOT:HERE"],
    "symbols": ["BINANCE:BTCUSDT,BINANCE:ETHUSDT", "NYSE:ACME", "NOT:HERE"],
    "interval": ["1s", "1m", "45m", "60", "1D", "12M"],
    "start": ["2024-01-01", "1704067320", "0"],
    "end": ["2024-01-01T00:05:00Z", "1704067500", "4000000000"],
    "cursor": ["made-up"],
}
"""Good requests are of these: next to none made up by chance would find a market."""


@dataclass
class Api:
    """The document, and the application it is of."""

    schemas: dict[GenerationMode, Any]
    session: requests.Session

    def ask(self, path: str, mode: GenerationMode, examples: int) -> None:
        """Make requests up and check the answers."""
        checks = (*CHECKS, negative_data_rejection) if path.startswith(STRICT) else CHECKS
        for operation in self.schemas[mode][path].values():

            @settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def answers(case: Any) -> None:
                case.call_and_validate(base_url=HOST, session=self.session, checks=checks)

            answers()


def narrowed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose parameters are often known to the server."""
    copy = deepcopy(document)
    for methods in copy["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in KNOWN:
                    parameter["schema"] = {"type": "string", "enum": KNOWN[parameter["name"]]}
    return copy


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with asyncio.Runner() as runner:
        own = house()
        home = runner.run(own.__aenter__())
        try:
            document = runner.run(home.client.get("/openapi.json")).json()
            with session_of(runner, home.client) as session:
                schemas = {
                    BAD: schemathesis.openapi.from_dict(document),
                    GOOD: schemathesis.openapi.from_dict(narrowed(document)),
                }
                yield Api(schemas, session)
        finally:
            runner.run(own.__aexit__(None, None, None))


@pytest.mark.parametrize(("path", "mode"), OWN)
def test_answers_are_as_the_document_says(path: str, mode: GenerationMode, api: Api) -> None:
    api.ask(path, mode, 15)


@pytest.mark.nightly
@pytest.mark.parametrize(("path", "mode"), CASES)
def test_answers_are_as_the_document_says_for_long(
    path: str, mode: GenerationMode, api: Api
) -> None:
    api.ask(path, mode, 300)
