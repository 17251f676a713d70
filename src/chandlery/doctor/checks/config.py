"""Rules for /config. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chandlery.core.errors import UnknownResolutionError
from chandlery.core.resolution import Resolution
from chandlery.doctor.answer import Exchange, NotJson
from chandlery.doctor.check import Fault, Severity, rule

_NEEDED = ("supports_search", "supports_group_request")


@rule(
    "config-json",
    Severity.ERROR,
    looks_at="/config answers with a JSON object",
    why="without it the client takes defaults: symbols by groups, no search, no seconds, no marks",
    todo="answer GET /config with a JSON object, status 200",
)
def config_json(config: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    if isinstance(config.data, NotJson):
        yield Fault(f"the answer is not JSON: {config.data.reason}", config)
    elif not isinstance(config.data, dict):
        yield Fault("the answer is no JSON object", config)


@rule(
    "config-keys",
    Severity.ERROR,
    looks_at="supports_search or supports_group_request is true, and no JSON 404 stands there",
    why="the client throws while it starts: the widget hangs for ever and says nothing. "
    "The client does not look at the status, so the JSON body of a 404 hangs it too",
    todo='send "supports_search": true and "supports_group_request": false; check the base address',
)
def config_keys(config: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    if not isinstance(config.data, dict) or any(config.fields.get(key) for key in _NEEDED):
        return
    if config.answer.status >= 400:
        yield Fault(f"a JSON error with status {config.answer.status} is taken for it", config)
    else:
        yield Fault("neither supports_search nor supports_group_request is true", config)


@rule(
    "config-resolutions",
    Severity.ERROR,
    looks_at="supported_resolutions is a list of texts such as 1S, 1, 60, 1D, 1W, 1M",
    why="resolutions that the client cannot read are greyed out, and an empty list disables all",
    todo='list every resolution as text: ["1", "5", "60", "1D", "1W", "1M"]',
)
def config_resolutions(config: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    if not config.fields:
        return
    found = config.fields.get("supported_resolutions")
    if not isinstance(found, list) or not found:
        yield Fault(f"supported_resolutions is {found!r}", config)
        return
    wrong = [item for item in found if not _is_resolution(item)]
    if wrong:
        yield Fault(f"no resolutions: {wrong[:5]!r}", config)


@rule(
    "config-lists",
    Severity.WARNING,
    looks_at="exchanges and symbols_types are lists of objects with name and value",
    why="the search dialog fills its filters from them",
    todo='send "exchanges": [{"value": "", "name": "All", "desc": ""}] and symbols_types alike',
)
def config_lists(config: Exchange) -> Iterator[Fault]:
    """See `looks_at`."""
    for name in ("exchanges", "symbols_types"):
        found = config.fields.get(name, [])
        if not isinstance(found, list) or not all(_is_choice(item) for item in found):
            yield Fault(f"{name} is {str(found)[:80]}", config)


def _is_choice(item: object) -> bool:
    return isinstance(item, dict) and {"name", "value"} <= item.keys()


def _is_resolution(item: object) -> bool:
    if not isinstance(item, str):
        return False
    if item[-1:] == "T" and item[:-1].isdigit():
        return True
    try:
        # Longer bars than ours are resolutions all the same.
        return bool(Resolution.parse(item))
    except UnknownResolutionError:
        return item[:-1].isdigit() and item[-1] in "DWM"


CONFIG_RULES = (config_json, config_keys, config_resolutions, config_lists)
