"""Who asks: told by authentication, never by the URL."""

from __future__ import annotations

from typing import Any

from litestar import Request

PUBLIC = "public"
"""The owner of what is saved where nobody signs in."""


def owner_of(request: Request[Any, Any, Any]) -> str:
    """Return who owns what is saved: nobody who signs in can be named like the public."""
    principal = request.scope.get("state", {}).get("principal")
    name = getattr(principal, "name", "")
    if not name or getattr(principal, "is_anonymous", False):
        return PUBLIC
    return f"user:{name}"
