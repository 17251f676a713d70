"""`jobs`: what the server does beside answering."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from chandlery.api.answering import Content, answered, server_of
from chandlery.api.operation import TEXT, WHOLE, Operation, list_of
from chandlery.api.parameters import Parameters
from chandlery.api.v1.reading import reading
from chandlery.core.columns import US
from chandlery.engine.job_list import current_jobs

ACCEPTED = Parameters()


@reading(
    "jobs",
    Operation(
        summary="The state of the jobs",
        description="One roll-up a rung: how far behind it is, and how many windows are to be "
        "made again.",
        tag="Service",
        schema=list_of(
            {
                "type": "object",
                "properties": {"name": TEXT, "lag_s": WHOLE, "marks": WHOLE},
                "required": ["name"],
            }
        ),
        example=[{"name": "roll-up 1m", "lag_s": 0, "marks": 0}],
    ),
)
async def jobs(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the state of each job."""
    ACCEPTED.read(request.scope["query_string"])
    server = server_of(request)
    now = server.clock.now_us() // US
    return await answered(
        request, Content.of(await server.ask(lambda: current_jobs(server.engine, now)))
    )
