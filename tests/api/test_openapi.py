"""The OpenAPI document says what the routes do, and the page that shows it asks no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import httpx
import jsonschema_rs
import pytest
from litestar import Litestar

from chandlery.api.admin.routes import ROUTES as ADMIN_ROUTES
from chandlery.api.app import create_app
from chandlery.api.openapi.document import TAGS, document_of, missing
from chandlery.engine.engine import Engine
from chandlery.engine.server import Server
from chandlery.stores.memory import MemoryStore
from tests.api.v1.house import House, app_of, house
from tests.engine.builders import HandClock

PAGE = resources.files("chandlery.api.openapi") / "page"
FILES = ("docs.html", "docs.css", "docs.js", "render.js", "request.js")


def server() -> Server:
    return Server(Engine(MemoryStore()), HandClock())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


ADMINISTRATION = Litestar(list(ADMIN_ROUTES), openapi_config=None, logging_config=None)
DOCUMENT = document_of(app_of(server()))
OPERATIONS = dict(operations(DOCUMENT))
EVERY = {
    **dict(operations(document_of(create_app(server())))),
    **dict(operations(document_of(ADMINISTRATION))),
}


def test_every_route_of_the_application_is_described() -> None:
    assert missing(create_app(server())) == []
    described = dict(operations(document_of(create_app(server()))))
    assert OPERATIONS.keys() <= described.keys()
    assert {"GET /healthz", "GET /version", "GET /metrics"} <= described.keys()


def test_every_route_of_administration_is_described() -> None:
    assert missing(ADMINISTRATION) == []


def test_names_of_operations_are_unique() -> None:
    names = [operation["operationId"] for operation in EVERY.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_operation_is_told_in_full(name: str) -> None:
    operation = EVERY[name]
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["tags"][0] in TAGS
    for parameter in operation["parameters"]:
        assert parameter["description"]
        assert parameter["schema"]["type"] in ("string", "integer")
        assert "example" in parameter or parameter["name"] == "cursor"
    for status in ("401", "403", "405", "429", "500", "503"):
        assert status in operation["responses"]
    if "/v1/" in name and "/admin/" not in name:
        assert {"304", "400"} <= operation["responses"].keys()


@pytest.mark.parametrize("name", sorted(EVERY))
def test_examples_are_what_their_schema_says(name: str) -> None:
    operation = EVERY[name]
    for content in operation["responses"]["200"]["content"].values():
        if "example" in content:
            jsonschema_rs.validate(content["schema"], content["example"])
    for parameter in operation["parameters"]:
        if "example" in parameter:
            jsonschema_rs.validate(parameter["schema"], parameter["example"])
    for content in operation.get("requestBody", {"content": {}})["content"].values():
        jsonschema_rs.validate(content["schema"], content["example"])


def test_references_lead_somewhere() -> None:
    text = str(DOCUMENT)
    for reference in set(re.findall(r"'\$ref': '#/([^']+)'", text)):
        at: Any = DOCUMENT
        for key in reference.split("/"):
            at = at[key]


@pytest.fixture
async def home() -> Any:
    async with house() as own:
        yield own


async def test_the_document_is_served(home: House) -> None:
    answer = await home.client.get("/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json() == DOCUMENT
    again = await home.client.get(
        "/openapi.json", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def fetched(client: httpx.AsyncClient, path: str) -> httpx.Response:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return answer


async def test_the_page_and_all_it_needs_come_from_this_server(home: House) -> None:
    page = await fetched(home.client, "/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    wanted = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    for path in wanted:
        if not path.startswith("data:"):
            await fetched(home.client, path)
    script = await fetched(home.client, "/docs/docs.js")
    assert script.headers["content-type"].startswith("text/javascript")
    for name in ("docs.js", "request.js"):
        for path in re.findall(r"from '([^']+)'", (PAGE / name).read_text()):
            await fetched(home.client, path)


async def test_the_policy_lets_nothing_else_run(home: House) -> None:
    page = await home.client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert not re.search(r"<script(?![^>]* src=)", page.text)
    assert not re.search(r" on\w+=", page.text)


@pytest.mark.parametrize("name", FILES)
def test_no_file_of_the_page_names_another_host(name: str) -> None:
    text = (PAGE / name).read_text()
    assert "://" not in text
    assert "innerHTML" not in text
