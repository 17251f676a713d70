"""Probes of /search."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chandlery.doctor.answer import Exchange
from chandlery.doctor.check import Fault, Severity, probe
from chandlery.doctor.visit import Visit

LIMIT = 30
_NEEDED = ("symbol", "description", "exchange", "type")


async def found(visit: Visit, query: str, limit: int = LIMIT) -> Exchange:
    """Search as the client does; it sends the query in upper case."""
    return await visit.once("/search", limit=str(limit), query=query, type="", exchange="")


def tickers(asked: Exchange) -> list[str]:
    """Return what the symbols found are asked for by."""
    items = [item for item in asked.items if isinstance(item, dict)]
    names = [item.get("ticker") or item.get("full_name") or item.get("symbol") for item in items]
    return [name for name in names if isinstance(name, str)]


@probe(
    "search-array",
    Severity.ERROR,
    looks_at="/search answers with a bare array",
    why="of anything else the search dialog stays empty",
    todo="answer with [{...}, ...], and with [] where nothing is found",
)
async def search_array(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config.get("supports_search"):
        return
    for query in ("", "CHANDLERY-NO-SUCH"):
        asked = await found(visit, query)
        if not isinstance(asked.data, list):
            yield Fault("the answer is no bare array", asked)
            return


@probe(
    "search-empty",
    Severity.WARNING,
    looks_at="an empty query finds the popular symbols",
    why="the search dialog opens with an empty query, and shows nothing",
    todo="answer an empty query with a list of what people want to see",
)
async def search_empty(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if visit.config.get("supports_search"):
        asked = await found(visit, "")
        if asked.data == []:
            yield Fault("nothing is found", asked)


@probe(
    "search-fields",
    Severity.WARNING,
    looks_at="what is found has symbol, description, exchange and type, and ticker or full_name",
    why="the dialog shows these, and resolves the chosen one by ticker or full_name",
    todo="send all of them as texts",
)
async def search_fields(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config.get("supports_search"):
        return
    asked = await found(visit, "")
    for item in asked.items:
        fields = item if isinstance(item, dict) else {}
        missing = [name for name in _NEEDED if not isinstance(fields.get(name), str)]
        if missing or not (fields.get("ticker") or fields.get("full_name")):
            yield Fault(f"{', '.join(missing) or 'ticker and full_name'} missing", asked)
            return


@probe(
    "search-limit",
    Severity.NOTE,
    looks_at="no more is found than `limit` asks for",
    why="long lists make the dialog slow",
    todo="cut the list at `limit`",
)
async def search_limit(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if visit.config.get("supports_search"):
        asked = await found(visit, "", limit=1)
        if len(asked.items) > 1:
            yield Fault(f"{len(asked.items)} symbols found where one was asked for", asked)


@probe(
    "search-case",
    Severity.WARNING,
    looks_at="a symbol is found by its name in upper and in lower case",
    why="the client sends the query in upper case: names with small letters are never found",
    todo="compare without regard to case",
)
async def search_case(visit: Visit) -> AsyncIterator[Fault]:
    """See `looks_at`."""
    if not visit.config.get("supports_search"):
        return
    names = tickers(await found(visit, ""))
    # A name with small letters tells more.
    for name in sorted(names, key=lambda name: name == name.upper())[:1]:
        bare = name.rpartition(":")[2]
        for query in (bare.upper(), bare.lower()):
            asked = await found(visit, query)
            if name not in tickers(asked):
                yield Fault(f"{name} is not found by {query}", asked)
                return


SEARCH_PROBES = (search_array, search_empty, search_fields, search_limit, search_case)
