"""What the doctor asks a server, and what it was told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlencode

import orjson

EXCERPT = 160
"""Characters of an answer that are shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `status` is 0 and `problem` says why if there was none.

    The names of headers are in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    problem: str = ""


class Fetch(Protocol):
    """Asks one server."""

    async def fetch(self, path: str, params: Mapping[str, str]) -> Answer:
        """Return the answer to GET of the path below the server's base address.

        A failure to get an answer is an answer too: nothing is raised.
        """
        ...


@dataclass(frozen=True, slots=True)
class NotJson:
    """What stands where JSON was expected."""

    reason: str


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    path: str
    params: Mapping[str, str]
    answer: Answer

    @property
    def request(self) -> str:
        """The request as a line."""
        return f"GET {self.path}?{urlencode(self.params)}" if self.params else f"GET {self.path}"

    @property
    def excerpt(self) -> str:
        """The status and the beginning of the answer."""
        if self.answer.problem:
            return f"no answer: {self.answer.problem}"
        text = " ".join(self.answer.body[: 4 * EXCERPT].decode(errors="replace").split())
        shown = text if len(text) <= EXCERPT else f"{text[: EXCERPT - 3]}..."
        return f"{self.answer.status} {shown}"

    @cached_property
    def data(self) -> object:
        """The body as a browser's JSON.parse would read it, or NotJson."""
        if self.answer.problem:
            return NotJson(self.answer.problem)
        try:
            return orjson.loads(self.answer.body)
        except orjson.JSONDecodeError as error:
            return NotJson(str(error))

    @property
    def fields(self) -> dict[str, object]:
        """The body's members; none if it is no object."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def items(self) -> list[object]:
        """The body's elements; none if it is no array."""
        return self.data if isinstance(self.data, list) else []
