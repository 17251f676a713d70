"""Finds the UDF server behind an address that may be its base or its root."""

from __future__ import annotations

import orjson

from chandlery.core.errors import ChandleryError
from chandlery.doctor.answer import Answer
from chandlery.doctor.http import HttpFetch

PLACES = ("", "/api/tradingview", "/udf")


class UnreachableError(ChandleryError):
    """Nobody answers at an address."""


async def find(fetch: HttpFetch) -> HttpFetch:
    """Return the first place with a UDF configuration; the address itself if there is none."""
    for place in PLACES:
        there = fetch.below(place)
        answer = await there.fetch("/config", {})
        if answer.problem:
            message = f"no answer from {there.base}: {answer.problem}"
            raise UnreachableError(message, hint="is the server running, and the address right?")
        if _is_config(answer):
            return there
    return fetch


def _is_config(answer: Answer) -> bool:
    try:
        data = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(data, dict) and "supported_resolutions" in data
