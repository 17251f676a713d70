"""The client can be had without the server."""

from __future__ import annotations

import subprocess
import sys

import chandlery.client

HEAVY = ("duckdb", "numpy", "litestar", "uvicorn", "pydantic", "orjson", "chandlery.engine")


def test_importing_the_client_imports_nothing_of_the_server() -> None:
    code = f"import sys, chandlery.client; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_exported_is_there() -> None:
    for name in chandlery.client.__all__:
        assert hasattr(chandlery.client, name)
    assert chandlery.client.__all__ == sorted(chandlery.client.__all__)
