"""A `requests` session whose requests are answered by an application in this process."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import httpx
import requests
from hypothesis import reject
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3 import HTTPResponse

HOST = "http://test"
MOST_URL = 60_000


class Bridge(HTTPAdapter):
    """Asks through a client that lives in an event loop which runs only meanwhile."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient) -> None:
        super().__init__()
        self._runner = runner
        self._client = client

    @override
    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if len(request.url) > MOST_URL:
            # No client sends what is longer.
            reject()
        answer = self._runner.run(self._ask(request))
        raw = HTTPResponse(
            body=BytesIO(answer.content),
            headers=dict(answer.headers),
            status=answer.status_code,
            version=11,
            preload_content=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)

    async def _ask(self, request: Any) -> httpx.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {**request.headers, "Accept-Encoding": "identity"}
        return await self._client.request(
            request.method, request.url, headers=headers, content=body or b""
        )


def session_of(runner: asyncio.Runner, client: httpx.AsyncClient) -> requests.Session:
    """Return the session."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", Bridge(runner, client))
    return session
