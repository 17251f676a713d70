from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chandlery.engine.server import Server
from tests.api.udf.house import Asker, asker, house


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with house() as server:
        yield server


@pytest.fixture
async def ask(server: Server) -> AsyncIterator[Asker]:
    async with asker(server) as asking:
        yield asking
