"""From an HTTP answer to a value or an error: the only place that knows httpx2's answers."""

from __future__ import annotations

from typing import TypeVar

import httpx2

from chandlery.client.calls import NOTHING_GOOD, Answer, Call, refusal
from chandlery.client.errors import ClientError, NoAnswerError, UnreachableError
from chandlery.clock import SystemClock

Value = TypeVar("Value")

_clock = SystemClock()


def read(call: Call[Value], response: httpx2.Response) -> Answer[Value]:
    """Return what was answered; raise what was refused."""
    headers = response.headers
    if not 200 <= response.status_code < 300:
        now_s = _clock.now_us() / 1e6
        error = refusal(response.status_code, headers, response.content, now_s)
        if error.code != NOTHING_GOOD:
            raise error
    cursor, interval = headers.get("Chandlery-Cursor"), headers.get("Chandlery-Interval", "")
    return Answer(call.read(response.content), cursor, interval)


def unreachable(url: str, error: httpx2.HTTPError) -> ClientError:
    """Return the error for a request that was not answered."""
    kind = NoAnswerError if isinstance(error, httpx2.TimeoutException) else UnreachableError
    message = f"no answer from {url}: {str(error) or type(error).__name__}"
    return kind(message, hint="is the server running, and is the address right?")
