"""How a client behaves, and where its server is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeAlias, TypedDict

from chandlery.client.errors import BadRequestError
from chandlery.client.retry import Retry

Moment: TypeAlias = int | float | str | date | datetime
"""Seconds since 1970, a text as the server reads it, or a date or time; without a zone in UTC."""

LOCAL = "http://localhost:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How patient a client is, and how much it asks for at once."""

    timeout_s: float = 30.0
    """How long to wait for a connection, and for each part of an answer."""
    retry: Retry = field(default_factory=Retry)
    reconnect: Retry = field(default_factory=lambda: Retry(first_s=1.0))
    """Of streams: these are made again for ever, whatever `tries` says."""
    silence_s: float = 45.0
    """A stream on which nothing comes for so long, not even a heartbeat, is made again."""
    page: int = 10_000
    """Bars or trades of one request."""
    batch: int = 5_000
    """Trades of one push."""
    trust_env: bool = True
    """Whether the proxies that the environment names are used."""


class Range(TypedDict, total=False):
    """Which rows: start <= time < end, and of them the newest `limit`."""

    start: Moment | None
    end: Moment | None
    limit: int | None


class CandleRange(Range, total=False):
    """Which bars, and what stands where nothing was traded (`fill`: `none` or `flat`).

    `adaptive` takes coarser bars for long ranges.
    """

    fill: str
    adaptive: bool


def text_of(moment: Moment) -> str:
    """Return a moment as the server reads it: whole seconds, a fraction is cut off."""
    if isinstance(moment, str):
        return moment
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return str(int(aware.timestamp() // 1))
    if isinstance(moment, date):
        return str(int(datetime.combine(moment, time(), UTC).timestamp()))
    return str(int(moment // 1))


def base_of(url: str) -> str:
    """Return the address that paths are put behind."""
    base = (url if "://" in url else f"http://{url}").rstrip("/")
    if not base.startswith(("http://", "https://")):
        message = f"an address such as {LOCAL} expected, found {url!r}"
        raise BadRequestError(message)
    return base


def stream_of(base: str) -> str:
    """Return where the WebSocket of a server is."""
    return f"ws{base.removeprefix('http')}/ws"


def headers_of(key: str | None, version: str) -> dict[str, str]:
    """Return what goes with every request."""
    own = {"User-Agent": f"chandlery-client/{version}"}
    return own if key is None else {**own, "Authorization": f"Bearer {key}"}
