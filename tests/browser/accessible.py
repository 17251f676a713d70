"""Looks at a page with axe-core: what people with other senses or tools would stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def faults_of(page: Page) -> list[str]:
    """Return what is wrong on a page as it stands, in words."""
    # Through the debugger's door: the page's own policy lets no foreign script in.
    page.evaluate(AXE.read_text())
    asked = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
    found: dict[str, Any] = page.evaluate(asked, RULES)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
