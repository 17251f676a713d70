"""Frames of venues made wrong in every way, and a venue's REST interface of canned answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from chandlery.core.errors import InputError
from chandlery.sources.live.asking import Request
from chandlery.sources.live.venue import Event, Venue

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1 << 70,
    1.5,
    1e400,
    "",
    "x",
    "nan",
    "-1",
    "1e999",
    [],
    {},
    [[]],
    "é\ud800",
)


class StillClock:
    """A clock that is moved by hand."""

    def __init__(self, now_us: int = 1_790_000_000_000_000) -> None:
        self.us = now_us

    def now_us(self) -> int:
        return self.us

    def elapsed(self) -> float:
        return self.us / 1e6


class Canned:
    """Answers requests by path; an answer may be made from the query and the body."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> bytes:
        self.asked.append(request)
        answer = self.answers[request.path]
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(request)
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    async def close(self) -> None:
        self.asked.clear()


def events(venue: Venue, *frames: Any) -> list[Event]:
    """Read frames; what is no text or bytes is sent as JSON."""
    return [
        event
        for frame in frames
        for event in venue.read(frame if isinstance(frame, str | bytes) else json.dumps(frame))
    ]


def mutations(frames: Sequence[Any]) -> st.SearchStrategy[str | bytes]:
    """Make texts near to good frames: cut, with bytes changed, with values replaced."""
    texts = [json.dumps(frame).encode() for frame in frames]
    good = st.sampled_from(texts)
    cut = good.flatmap(lambda text: st.integers(0, len(text)).map(lambda end: text[:end]))
    edited = st.tuples(good, st.integers(0, 5000), st.binary(max_size=4)).map(_edited)
    paths = [(frame, path) for frame in frames for path in _paths(frame)]
    replaced = st.tuples(st.sampled_from(paths), st.sampled_from(ODD)).map(_replaced)
    as_text = st.one_of(cut, edited).map(lambda text: text.decode(errors="surrogateescape"))
    return st.one_of(cut, edited, replaced, as_text, st.binary(max_size=64), st.text())


def survives(venue: Venue, frame: str | bytes) -> None:
    """Read a frame; whatever is wrong with it, nothing but an InputError may come of it."""
    try:
        events(venue, frame)
    except InputError as error:
        assert error.message  # noqa: PT017 - it need not be raised


def _edited(parts: tuple[bytes, int, bytes]) -> bytes:
    text, place, piece = parts
    at = place % (len(text) + 1)
    return text[:at] + piece + text[at + len(piece) :]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(inner, (*path, key))


def _replaced(parts: tuple[tuple[Any, tuple[Any, ...]], Any]) -> str:
    (frame, path), odd = parts
    if not path:
        return json.dumps(odd)
    copy = json.loads(json.dumps(frame))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    return json.dumps(copy)
