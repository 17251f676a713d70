"""The app opens, says what it is, and asks nobody but its own server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opened
from tests.browser.served import Served


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_the_app_opens(server: Served, opened: Opened, options: dict[str, object]) -> None:
    page = opened(server.url, **options)
    page.wait_for_selector("#root > *")
    expect(page).to_have_title(re.compile("Chandlery"))
