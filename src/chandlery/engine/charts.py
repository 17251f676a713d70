"""What users save of their charts: layouts, templates and marks, each owner's apart. Calls block.

A document is a head, which lists show, and a content, which may be large. The content is written
first and let go of last, so that a head never stands without one.
"""

from __future__ import annotations

import threading
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from chandlery.core.errors import UsageError
from chandlery.stores import Store

MOST_DOCUMENTS = 1_000
"""Documents of an owner on one shelf."""
MOST_BYTES = 1_000_000
"""Bytes of a content in UTF-8."""

_saving = threading.Lock()
"""Counting and saving must be one step. Documents are saved seldom: one lock is enough."""


class TooManyDocumentsError(UsageError):
    """An owner's shelf is full."""


class TooLargeError(UsageError):
    """A document is larger than may be."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents of one kind of one owner."""

    store: Store
    owner: str
    kind: str

    def heads(self) -> dict[str, dict[str, str]]:
        """Return the heads by key."""
        found = self.store.notes(self._heads)
        return {key: msgspec.json.decode(text, type=dict[str, str]) for key, text in found.items()}

    def load(self, key: str) -> tuple[dict[str, str], str] | None:
        """Return the head and the content, if the document is there."""
        head = self.heads().get(key)
        packed = None if head is None else self.store.notes(self._contents(key)).get(key)
        return None if head is None or packed is None else (head, _unpacked(packed))

    def save(self, key: str, head: dict[str, str], content: str) -> None:
        """Save a document, in place of an older one of that key."""
        _check(content)
        with _saving:
            self._save(key, head, content)

    def add(self, prefix: str, head: dict[str, str], content: str, now_ms: int) -> int:
        """Save a new document; return its number, which none of the owner's had before.

        Its key is the prefix and the number.
        """
        _check(content)
        with _saving:
            newest = max((_number(key) for key in self.store.notes(self._heads)), default=0)
            number = max(now_ms, newest + 1)
            self._save(f"{prefix}{number}", head, content)
        return number

    def remove(self, key: str) -> bool:
        """Let go of a document; return whether it was there."""
        with _saving:
            was_there = self.store.forget_note(self._heads, key)
            self.store.forget_note(self._contents(key), key)
        return was_there

    def _save(self, key: str, head: dict[str, str], content: str) -> None:
        known = self.store.notes(self._heads)
        if key not in known and len(known) >= MOST_DOCUMENTS:
            kind = self.kind.partition("/")[0].replace("_", " ")
            message = f"{MOST_DOCUMENTS:,} {kind} are saved already"
            raise TooManyDocumentsError(message, hint="delete some first")
        self.store.note(self._contents(key), key, _packed(content))
        self.store.note(self._heads, key, msgspec.json.encode(head).decode())

    @property
    def _heads(self) -> str:
        return f"{self.kind}/{quote(self.owner, safe='')}"

    def _contents(self, key: str) -> str:
        """Return the kind of a single content: notes are read a kind at a time."""
        return f"{self._heads}/{key}"


def key_of(*parts: str) -> str:
    """Return a key of parts that may hold any characters."""
    return "/".join(quote(part, safe="") for part in parts)


def _packed(content: str) -> str:
    """Return a content as it is kept: a tenth as large, for reads of notes pass by the others."""
    return b64encode(zlib.compress(content.encode())).decode()


def _unpacked(text: str) -> str:
    return zlib.decompress(b64decode(text)).decode()


def _number(key: str) -> int:
    last = key.rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def _check(content: str) -> None:
    size = len(content.encode())
    if size > MOST_BYTES:
        message = f"at most {MOST_BYTES:,} bytes expected, found {size:,}"
        raise TooLargeError(message, hint="save fewer drawings and studies in one chart")
