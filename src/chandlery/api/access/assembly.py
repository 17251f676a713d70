"""The parts of protection put together as the settings say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chandlery.api.access.addresses import Proxies
from chandlery.api.access.guard import Guard, Rules
from chandlery.api.access.key_file import KeyFile
from chandlery.api.access.keys import Keys, Notes
from chandlery.api.access.limits import RateLimits
from chandlery.api.access.origins import Origins
from chandlery.api.access.places import Places
from chandlery.api.access.tokens import Expected, Tokens
from chandlery.config import Access, Settings
from chandlery.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Protection:
    """What the outermost layer asks before anything else."""

    guard: Guard
    keys: Keys
    limits: RateLimits
    origins: Origins
    connections: Places
    sockets: Places


def protection_of(
    settings: Settings, store: Notes, clock: Clock, *, is_demo: bool = False
) -> Protection:
    """Return the protection of a server; reads the keys of the store, and blocks for it."""
    keys, origins = Keys(store, clock), Origins(settings.http.origins)
    rules = Rules(
        is_open=settings.access.read == "open",
        is_demo=is_demo,
        host=settings.http.host,
        origins=origins,
        proxies=Proxies(settings.http.trusted_proxies),
    )
    sockets = settings.websocket
    return Protection(
        guard=Guard(rules, keys, tokens_of(settings.access, clock), clock),
        keys=keys,
        limits=RateLimits(settings.limits.requests, clock),
        origins=origins,
        connections=Places(settings.limits.connections),
        sockets=Places(sockets.per_address, sockets.clients),
    )


def tokens_of(access: Access, clock: Clock) -> Tokens | None:
    """Return what checks tokens, if the settings name any key for them."""
    file = KeyFile(Path(access.jwt_keys)) if access.jwt_keys else None
    if file is None and not access.jwt_secret:
        return None
    expected = Expected(access.jwt_audience, access.jwt_issuer)
    return Tokens(clock, access.jwt_secret.reveal(), file, expected)
