"""Sockets that listen: how many may wait at once, and who else may not listen there."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack

import pytest

from chandlery.api.http import QUEUES, bound, queues
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
