"""One visit to one server: every question goes through here, is counted and remembered."""

from __future__ import annotations

from collections.abc import Callable

from chandlery.core.clock import Clock
from chandlery.core.columns import US
from chandlery.core.errors import ChandleryError
from chandlery.doctor.answer import Exchange, Fetch
from chandlery.doctor.history import MS_FROM, is_number, number_of

DEFAULT_REQUESTS = 300


class SpentError(ChandleryError):
    """As many requests were made as were allowed."""


class Visit:
    """Asks one question after another, up to a number of them.

    `now` is the server's time once it is known, for so a chart takes it; `ahead` is how many
    seconds that is ahead of ours.
    """

    def __init__(
        self,
        fetch: Fetch,
        clock: Clock,
        requests: int = DEFAULT_REQUESTS,
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._most = requests
        self._tell = tell
        self.ahead = 0
        self.exchanges: list[Exchange] = []
        self.config: dict[str, object] = {}

    @property
    def clock_now(self) -> int:
        """Our own time in seconds."""
        return self._clock.now_us() // US

    @property
    def now(self) -> int:
        """The time in seconds as the chart knows it."""
        return self.clock_now + self.ahead

    async def get(self, path: str, **params: str) -> Exchange:
        """Ask; a parameter `from_` is sent as `from`."""
        if len(self.exchanges) >= self._most:
            message = f"{self._most} requests were made"
            raise SpentError(message, hint="allow more with --requests")
        named = {name.rstrip("_"): value for name, value in params.items()}
        exchange = Exchange(path, named, await self._fetch.fetch(path, named))
        self.exchanges.append(exchange)
        self._tell(len(self.exchanges))
        return exchange

    async def once(self, path: str, **params: str) -> Exchange:
        """Ask, or return the answer if the same was asked before."""
        for known in self.exchanges:
            if known.path == path and known.params == params:
                return known
        return await self.get(path, **params)

    async def open(self) -> Exchange:
        """Ask for the configuration, and for the time if the server tells it."""
        exchange = await self.get("/config")
        self.config = exchange.fields
        if self.config.get("supports_time"):
            told = (await self.get("/time")).data
            if is_number(told) and 0 <= number_of(told) < MS_FROM:
                self.ahead = int(number_of(told)) - self.clock_now
        return exchange
