"""`/1.1`: charts and templates that TradingView's library saves and loads.

The client's parameter `user` is ignored: the owner is whoever signed in. `client` sets apart the
documents of several applications of one owner.
"""

from __future__ import annotations

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from chandlery.api.answering import server_of
from chandlery.api.udf.answers import json, message_of, query_of
from chandlery.api.udf.forms import Form, form_of
from chandlery.api.udf.principal import owner_of
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError, UsageError
from chandlery.engine.charts import Shelf, key_of
from chandlery.engine.server import Server

MOST_BODY_BYTES = 4_000_000
"""A form: its content is a quarter of it at worst, because percent-encoding triples."""

_METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE]
_OK: dict[str, Any] = {"status": "ok"}


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return json({"status": "error", "message": message_of(request, error)})


HANDLERS: ExceptionHandlersMap = {
    ChandleryError: _failed,
    HTTPException: _failed,
    Exception: _failed,
}


@route("/charts", http_method=_METHODS)
async def charts(request: Request[Any, Any, Any]) -> Response[bytes]:
    """List, load, save and delete charts, which have numbers."""
    server, query = server_of(request), query_of(request)
    client, number = query.optional("client") or "", query.whole("chart")
    shelf = _shelf(request, "charts")
    if request.method == HttpMethod.POST:
        form = await form_of(request)
        head, content = _chart_head(form, server.clock.now_us()), form.content("content")
        if number is None:
            now_ms = server.clock.now_us() // 1_000
            added = await server.ask(lambda: shelf.add(key_of(client, ""), head, content, now_ms))
            return json(_OK | {"id": added})
        return await _replaced(server, shelf, key_of(client, str(number)), (head, content))
    if request.method == HttpMethod.DELETE:
        return await _removed(server, shelf, key_of(client, _needed(number, "chart")))
    if number is None:
        return json(_OK | {"data": await server.ask(lambda: _chart_list(shelf, client))})
    key = key_of(client, str(number))
    head, content = await _loaded(server, shelf, key)
    chart = _listed(str(number), head) | {"content": content}
    return json(_OK | {"data": chart})


@route("/study_templates", http_method=_METHODS)
async def study_templates(request: Request[Any, Any, Any]) -> Response[bytes]:
    """List, load, save and delete templates of studies, which have names."""
    query = query_of(request)
    parts = (query.optional("client") or "",)
    name = query.optional("template")
    return await _templates(request, _shelf(request, "study_templates"), parts, name)


@route("/drawing_templates", http_method=_METHODS)
async def drawing_templates(request: Request[Any, Any, Any]) -> Response[bytes]:
    """List, load, save and delete templates of drawings, which have names for each tool."""
    query = query_of(request)
    tool = query.optional("tool")
    if request.method == HttpMethod.POST and not tool:
        tool = (await form_of(request)).query.optional("tool")
    parts = (query.optional("client") or "", tool or "")
    name = query.optional("name") or query.optional("template")
    return await _templates(request, _shelf(request, "drawing_templates"), parts, name)


async def _templates(
    request: Request[Any, Any, Any], shelf: Shelf, parts: tuple[str, ...], name: str | None
) -> Response[bytes]:
    server = server_of(request)
    if request.method == HttpMethod.POST:
        form = await form_of(request)
        name, content = name or form.query.text("name"), form.content("content")
        key, head = key_of(*parts, name), {"name": name}
        await server.ask(lambda: shelf.save(key, head, content))
        return json(_OK)
    if request.method == HttpMethod.DELETE:
        return await _removed(server, shelf, key_of(*parts, _needed(name, "template")))
    if not name:
        names = await server.ask(lambda: _names(shelf, key_of(*parts, "")))
        is_plain_list = shelf.kind == "drawing_templates"
        return json(_OK | {"data": names if is_plain_list else [{"name": each} for each in names]})
    _, content = await _loaded(server, shelf, key_of(*parts, name))
    return json(_OK | {"data": {"name": name, "content": content}})


async def _replaced(
    server: Server, shelf: Shelf, key: str, document: tuple[dict[str, str], str]
) -> Response[bytes]:
    await _loaded(server, shelf, key)
    await server.ask(lambda: shelf.save(key, *document))
    return json(_OK)


async def _removed(server: Server, shelf: Shelf, key: str) -> Response[bytes]:
    if not await server.ask(lambda: shelf.remove(key)):
        raise _not_there(shelf)
    return json(_OK)


async def _loaded(server: Server, shelf: Shelf, key: str) -> tuple[dict[str, str], str]:
    found = await server.ask(lambda: shelf.load(key))
    if found is None:
        raise _not_there(shelf)
    return found


def _shelf(request: Request[Any, Any, Any], kind: str) -> Shelf:
    return Shelf(server_of(request).engine.store, owner_of(request), kind)


def _names(shelf: Shelf, prefix: str) -> list[str]:
    return sorted(head["name"] for key, head in shelf.heads().items() if key.startswith(prefix))


def _chart_list(shelf: Shelf, client: str) -> list[dict[str, Any]]:
    prefix = key_of(client, "")
    found = {key: head for key, head in shelf.heads().items() if key.startswith(prefix)}
    return [_listed(key.removeprefix(prefix), head) for key, head in found.items()]


def _listed(number: str, head: dict[str, str]) -> dict[str, Any]:
    return head | {"id": int(number), "timestamp": int(head["timestamp"])}


def _chart_head(form: Form, now_us: int) -> dict[str, str]:
    query = form.query
    return {
        "name": query.text("name"),
        "symbol": query.optional("symbol") or "",
        "resolution": query.optional("resolution") or "",
        "timestamp": str(now_us // US),
    }


def _needed(value: object, name: str) -> str:
    if not value:
        message = f"the parameter {name} expected, found nothing"
        raise UsageError(message)
    return str(value)


def _not_there(shelf: Shelf) -> UsageError:
    return UsageError(f"there is no such document among the {shelf.kind.replace('_', ' ')}")
