from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chandlery.api.access.addresses import Proxies, group_of, is_loopback

TRUSTED = Proxies([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])


def client(peer: str, *values: str) -> str:
    return TRUSTED.client_of(peer, [(b"x-forwarded-for", value.encode()) for value in values])


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.8.9.1", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::1%lo"]
)
def test_this_machine_has_many_spellings(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    ["", "testclient", "127.evil.com", "0x7f.1", "127.1", "2130706433", "10.0.0.1", "::", "::2",
     "::ffff:10.0.0.1", "[::1]", "127.0.0.1\x00"],
)  # fmt: skip
def test_nothing_else_is_this_machine(address: str) -> None:
    assert not is_loopback(address)


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_64_of_ipv6_is_one_client(address: IPv6Address, low: int) -> None:
    other = IPv6Address(int(address) >> 64 << 64 | low)
    if address.ipv4_mapped is None and other.ipv4_mapped is None:
        assert group_of(str(address)) == group_of(str(other))
    neighbour = IPv6Address(int(address) ^ 1 << 64)
    assert group_of(str(address)) != group_of(str(neighbour))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_one_client_in_either_spelling(address: IPv4Address) -> None:
    assert group_of(str(address)) == group_of(f"::ffff:{address}") == str(address)


def test_a_peer_that_is_no_proxy_of_ours_is_not_believed() -> None:
    assert client("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert Proxies().client_of("127.0.0.1", [(b"x-forwarded-for", b"1.2.3.4")]) == "127.0.0.1"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("198.51.100.1",), "198.51.100.1"),
        (("127.0.0.1, 198.51.100.1",), "198.51.100.1"),
        (("127.0.0.1", "198.51.100.1, 10.1.1.1"), "198.51.100.1"),
        (("198.51.100.1:4711",), "198.51.100.1"),
        (("[2001:db8::1]:443",), "2001:db8::1"),
        (("2001:db8::1",), "2001:db8::1"),
        (("::ffff:198.51.100.1",), "198.51.100.1"),
        (("evil, 10.0.0.7",), "10.0.0.7"),
        (("",), "10.0.0.1"),
        (("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ((), "10.0.0.1"),
    ],
)
def test_the_last_hop_that_is_no_proxy_is_the_client(
    values: tuple[str, ...], expected: str
) -> None:
    assert client("10.0.0.1", *values) == expected
    assert client("::ffff:10.0.0.1", *values) in (expected, "::ffff:10.0.0.1")


@given(
    st.text(max_size=80), st.ip_addresses(v=4).filter(lambda a: a not in ip_network("10.0.0.0/8"))
)
def test_what_a_client_sends_itself_changes_nothing(made_up: str, real: IPv4Address) -> None:
    sent = made_up.encode("utf-8", "ignore").replace(b"\n", b"") + f", {real}".encode()
    assert TRUSTED.client_of("10.0.0.1", [(b"x-forwarded-for", sent)]) == str(real)
