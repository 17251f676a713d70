"""The application: routes, errors, and the parts they ask."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Litestar
from litestar.datastructures import State

from chandlery.api import errors, lightweight, openapi, operations, push, session, udf, v1
from chandlery.api.access import Protection
from chandlery.api.admin.desk import Admin
from chandlery.api.admin.routes import ROUTES as ADMIN_ROUTES
from chandlery.api.operations import Operations
from chandlery.api.push import Desk
from chandlery.api.site.routes import ROUTES as SITE_ROUTES
from chandlery.engine.server import Server

BODY_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What routes ask beside the server."""

    operations: Operations
    protection: Protection | None = None
    body_bytes: int = BODY_BYTES
    shows_metrics: bool = True
    """Whether `/metrics` is here, and not on a port of its own."""
    admin: Admin | None = None
    """What administration works on; its routes are here only behind a front that guards them."""
    push: Desk | None = None
    """Where pushes are taken; as with administration."""


def create_app(server: Server, parts: Parts | None = None) -> Litestar:
    """Return the application on a running server; on its own it lets everybody in."""
    parts = parts or Parts(Operations(server, phase="ready"))
    own = operations.ROUTES if parts.shows_metrics else operations.ROUTES_BUT_METRICS
    return Litestar(
        route_handlers=[
            *SITE_ROUTES,
            *own,
            *session.ROUTES,
            *v1.ROUTES,
            *openapi.ROUTES,
            *udf.ROUTES,
            *lightweight.ROUTES,
            *(ADMIN_ROUTES if parts.admin else ()),
            *(push.ROUTES if parts.push else ()),
        ],
        exception_handlers=errors.HANDLERS,
        request_max_body_size=parts.body_bytes,
        state=State(
            {
                "server": server,
                "operations": parts.operations,
                "protection": parts.protection,
                "admin": parts.admin,
                "push": parts.push,
            }
        ),
        openapi_config=None,
        logging_config=None,
    )
