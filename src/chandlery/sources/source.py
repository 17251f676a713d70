"""The protocol of everything that trades come from. Its docstrings are the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from chandlery.core.delivery import Delivery


class Source(Protocol):
    """Yields deliveries, and can be stopped at any moment and started again."""

    @property
    def name(self) -> str:
        """The name its position is saved under: the same after a restart, no other source's."""
        ...

    def deliveries(self, position: str | None) -> AsyncIterator[Delivery]:
        """Yield what comes after `position`; None means from the beginning.

        `position` is the text last committed under this source's name. A delivery that moves the
        reading on carries the new one in `Delivery.positions`, under `name`, and it is saved in
        the same transaction as the trades: the text means "all before this is durable".

        The consumer may stop at any moment, by cancelling or by closing the iterator, whether or
        not the last delivery was committed. Calling again with the saved position goes on from
        there: nothing is lost, and what comes twice has the same market, time and id.

        Asking for the next delivery says that the one before was taken, not that it is durable.
        The iterator ends when there will never be more, and raises a `ChandleryError` when it
        cannot go on; a retryable one says that calling again may help.
        """
        ...
