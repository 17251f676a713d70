"""The application: routes, errors, and the server they ask."""

from __future__ import annotations

from litestar import Litestar
from litestar.datastructures import State

from chandlery.api import errors, page, service, v1
from chandlery.engine.server import Server


def create_app(server: Server) -> Litestar:
    """Return the application on a running server."""
    return Litestar(
        route_handlers=[
            page.index,
            service.healthz,
            service.version,
            v1.candles,
            v1.symbols,
            v1.jobs,
        ],
        exception_handlers=errors.HANDLERS,
        state=State({"server": server}),
        openapi_config=None,
        logging_config=None,
    )
