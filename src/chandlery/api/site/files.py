"""The web app as files that were built ahead: each is read once, in every encoding that it has.

A file below `assets` has the digest of its content in its name and may be kept for ever; every
other one is asked for again each time, which costs a `304`.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from chandlery.api.caching import etag_of

BUILT = "static"
"""Where the build puts the app, in this package."""
INDEX, ADMIN, ASSETS = "index.html", "admin.html", "assets/"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""What the build compresses each file to, smallest first."""
FOR_EVER = "public, max-age=31536000, immutable"

_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}
_PAGES = ("/", "/chart", "/admin")
_BELOW = ("/chart/", "/admin/", f"/{ASSETS}")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the app in each encoding that it has, plain (`""`) among them."""

    media_type: str
    bodies: Mapping[str, bytes]
    etag: str
    kept: str

    def best(self, accept_encoding: str) -> str:
        """Return the smallest encoding that a client takes."""
        taken = {
            name.strip()
            for name, _, quality in (part.partition(";") for part in accept_encoding.split(","))
            if quality.replace(" ", "") not in ("q=0", "q=0.0")
        }
        return next((name for name, _ in ENCODINGS if name in taken and name in self.bodies), "")


@cache
def built() -> dict[str, File]:
    """Return the files of the app by path; there are none in a checkout that was not built."""
    root = resources.files("chandlery") / BUILT
    return read(root) if root.is_dir() else {}


def names_at_root() -> list[str]:
    """Return the files that browsers look for at the root, such as the icon."""
    return sorted(name for name in built() if "/" not in name and name not in (INDEX, ADMIN))


def is_public(path: str) -> bool:
    """Return whether a path is one of the app's: it holds no data, and takes a key in."""
    return path in _PAGES or path.startswith(_BELOW) or path[1:] in built()


def read(root: Traversable) -> dict[str, File]:
    """Return the files in a directory by path."""
    found = dict(_walk(root, ""))
    endings = tuple(ending for _, ending in ENCODINGS)
    return {path: _file(path, found) for path in found if not path.endswith(endings)}


def _walk(directory: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def _file(path: str, found: Mapping[str, bytes]) -> File:
    ending = path[path.rfind(".") :]
    media_type = _TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    small = {name: found[path + end] for name, end in ENCODINGS if path + end in found}
    kept = FOR_EVER if path.startswith(ASSETS) else "no-cache"
    return File(media_type, {"": found[path], **small}, etag_of(found[path]), kept)
