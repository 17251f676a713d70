"""How far a feed has been read, as text: for each symbol up to where nothing is missing. Pure."""

from __future__ import annotations

import msgspec

from chandlery.core.errors import InputError
from chandlery.sources.live.track import Known

VERSION = 1


class Progress(msgspec.Struct, omit_defaults=True):
    """What is durable of a feed."""

    version: int = VERSION
    trades: dict[str, Known] = {}
    bars: dict[str, int] = {}
    """For each symbol the end of its newest closed bar, in seconds."""


def text_of(progress: Progress) -> str:
    """Return the progress as JSON."""
    return msgspec.json.encode(progress).decode()


def progress_of(text: str | None) -> Progress:
    """Read what `text_of` wrote; None is the beginning."""
    if text is None:
        return Progress()
    try:
        found = msgspec.json.decode(text, type=Progress)
    except msgspec.MsgspecError as error:
        message = f"the saved position of a feed cannot be read: {error}"
        raise InputError(message, hint="start with another data directory") from error
    if found.version != VERSION:
        message = f"the saved position of a feed has version {found.version}, not {VERSION}"
        raise InputError(message, hint="install the newer chandlery that wrote it")
    return found
