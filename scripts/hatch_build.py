"""Builds the web app into the package, wherever it is not there yet.

A source archive holds it built, so whoever installs from one needs no Node; an editable install
is left to `make web`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

import web

SKIP = "CHANDLERY_SKIP_WEB"


class WebApp(BuildHookInterface[Any]):
    """See the module."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node only where one is needed and none is there."""
        if self._is_there():
            return []
        try:
            web.find_node()
        except web.NodeError:
            return [web.WHEEL]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless there is nothing to build."""
        if version == "editable" or self._is_there():
            return
        if web.run(["build"]) != 0 or not (web.BUILT / "index.html").is_file():
            message = f"the web app could not be built; {SKIP}=1 leaves it out"
            raise RuntimeError(message)

    def _is_there(self) -> bool:
        is_left_out = bool(os.environ.get(SKIP))  # noqa: TID251 - a build has no configuration
        is_archive = (web.ROOT / "PKG-INFO").is_file() and (web.BUILT / "index.html").is_file()
        return is_left_out or is_archive
