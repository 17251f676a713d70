"""Addresses: the client behind trusted proxies, this machine itself, what counts as one client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

Headers = Sequence[tuple[bytes, bytes]]
"""As ASGI has them: names in small letters."""

FORWARDED_FOR, FORWARDED_PROTO = b"x-forwarded-for", b"x-forwarded-proto"
FORWARDING = frozenset(
    (
        FORWARDED_FOR,
        b"forwarded",
        b"via",
        b"x-forwarded-host",
        FORWARDED_PROTO,
        b"x-forwarded-server",
        b"x-real-ip",
        b"x-client-ip",
        b"x-original-host",
        b"cf-connecting-ip",
        b"true-client-ip",
    )
)
"""Headers that proxies set: whoever sends one may be another than the one that asks."""
MOST_HOPS = 32

_MAPPED = bytes(10) + b"\xff\xff"
_LOOPBACK_6 = bytes(15) + b"\x01"


def is_loopback(address: str) -> bool:
    """Tell whether this is an address of the machine itself, also when written as IPv6."""
    packed = _packed(address)
    return packed == _LOOPBACK_6 or (len(packed) == 4 and packed[0] == 127)


def group_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    if ":" not in address:
        return address
    packed = _packed(address)
    if len(packed) == 4:
        return inet_ntop(AF_INET, packed)
    return f"{packed[:8].hex()}/64" if packed else address


class Proxies:
    """The proxies whose word is taken for whom they ask."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        self._networks = tuple(networks)

    def client_of(self, peer: str, headers: Headers) -> str:
        """Return the address of the client: the last hop that is no proxy of ours.

        Each proxy adds whom it was asked by at the right end, so anything to the left of the
        first unknown address may be made up.
        """
        if not self._networks or not self._is_trusted(_parsed(peer)):
            return peer
        hops = b",".join(value for name, value in headers if name == FORWARDED_FOR)
        client = peer
        for hop in reversed(hops.decode("latin-1").split(",")[-MOST_HOPS:]):
            address = _parsed(_without_port(hop.strip()))
            if address is None:
                break
            client = str(address)
            if not self._is_trusted(address):
                break
        return client

    def scheme_of(self, peer: str, headers: Headers, scheme: str) -> str:
        """Return how the client speaks to the first of our proxies, which may end TLS for us."""
        if not self.trusts(peer):
            return scheme
        told = b",".join(value for name, value in headers if name == FORWARDED_PROTO)
        first = told.partition(b",")[0].strip().lower()
        return first.decode() if first in (b"http", b"https") else scheme

    def trusts(self, address: str) -> bool:
        """Return whether an address is one of the proxies."""
        return bool(self._networks) and self._is_trusted(_parsed(address))

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _packed(address: str) -> bytes:
    """Return 4 or 16 bytes, 4 also for IPv4 written as IPv6; none if it is no address."""
    try:
        if ":" not in address:
            return inet_pton(AF_INET, address)
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return b""
    return packed[12:] if packed.startswith(_MAPPED) else packed


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
