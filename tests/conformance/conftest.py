from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chandlery.stores import Store
from tests.conformance.homes import STORES, Home


@pytest.fixture(params=sorted(STORES))
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    home = Home(request.param, tmp_path)
    yield home
    home.store.close()


@pytest.fixture
def store(home: Home) -> Store:
    return home.store
