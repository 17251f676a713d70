from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.v1.house import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as own:
        yield own
