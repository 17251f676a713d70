"""Sockets that listen: how many may wait at once, and who else may not listen there."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack, closing

import pytest

from chandlery.api.http import QUEUES, beside, bound, queues
from chandlery.core.errors import ChandleryError

MANY = 200


def test_a_port_that_is_taken_is_refused_however_many_sockets_it_has() -> None:
    with queues("127.0.0.1", 0) as listening:
        port = listening[0].getsockname()[1]
        for take in (bound, lambda *place: queues(*place).__enter__()):
            with pytest.raises(ChandleryError, match="in use by another process"):
                take("127.0.0.1", port)
    with queues("127.0.0.1", port) as again:
        assert again[0].getsockname()[1] == port


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not share a port evenly")
def test_connections_wait_in_all_queues_and_none_is_lost() -> None:
    with queues("127.0.0.1", 0) as listening, ExitStack() as stack:
        assert len(listening) == QUEUES
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(listening[0].getsockname()))
        counts = [waiting(own) for own in listening]
        assert sum(counts) == MANY
        assert min(counts) > MANY / QUEUES / 4


def waiting(listening: socket.socket) -> int:
    """Take in who waits; return how many did."""
    listening.settimeout(0)
    count = 0
    while True:
        try:
            own, _ = listening.accept()
        except BlockingIOError:
            return count
        own.close()
        count += 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not share a port evenly")
def test_a_server_that_ended_leaves_its_port_to_the_next_one() -> None:
    """What is left of connections that it closed itself lies there for a minute."""
    with ExitStack() as stack:
        with queues("127.0.0.1", 0) as listening:
            place = listening[0].getsockname()
            clients = [stack.enter_context(socket.create_connection(place)) for _ in range(MANY)]
            assert sum(waiting(own) for own in listening) == MANY
            for own in clients:
                assert own.recv(1) == b""
        with queues(*place) as again:
            assert len(again) == QUEUES


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not share a port evenly")
def test_who_comes_while_the_queues_are_made_does_not_keep_one_from_it() -> None:
    with closing(bound("127.0.0.1", 0)) as first, ExitStack() as stack:
        place = first.getsockname()
        stack.enter_context(socket.create_connection(place))
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        stack.enter_context(closing(beside(first)))


def test_one_queue_is_enough_where_a_system_lets_there_be_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_: socket.socket) -> socket.socket:
        raise OSError

    monkeypatch.setattr("chandlery.api.http.beside", refused)
    with queues("127.0.0.1", 0) as listening:
        assert len(listening) == 1
