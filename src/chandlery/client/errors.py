"""What may go wrong between a client and a server, as exceptions with the server's own words.

ClientError
├── BadRequestError       400: change the request
│   └── UnknownIntervalError
├── UnauthorizedError     401: a key is needed, or this one is not valid
├── ForbiddenError        403: this key is not for that
├── NotFoundError         404
│   └── UnknownSymbolError
├── RateLimitedError      429: may pass
├── UnavailableError      502, 503, 504: may pass
├── ServerError           any other status: the server's log says more
├── UnreachableError      no connection, or it broke off: may pass
│   └── NoAnswerError     nothing came in time: may pass
└── ProtocolError         an answer that is none of a Chandlery server
"""

from __future__ import annotations

from chandlery.core.errors import ChandleryError


class ClientError(ChandleryError):
    """Base of all. `code` is for programs and stays; `retryable`: the same may work later."""

    def __init__(
        self, message: str, *, hint: str = "", code: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.retry_after_s = retry_after_s


class BadRequestError(ClientError):
    """The request cannot be answered as it is."""


class UnknownIntervalError(BadRequestError):
    """A text that names no interval."""


class UnauthorizedError(ClientError):
    """A key is needed, or the one that was sent is not valid."""


class ForbiddenError(ClientError):
    """The key is good, but not for this."""


class NotFoundError(ClientError):
    """There is no such thing."""


class UnknownSymbolError(NotFoundError):
    """The server has no such market."""


class RateLimitedError(ClientError):
    """Too many requests in too short a time."""

    retryable = True


class UnavailableError(ClientError):
    """The server cannot answer just now."""

    retryable = True


class ServerError(ClientError):
    """A fault of the server."""


class UnreachableError(ClientError):
    """No connection, or it broke off."""

    retryable = True


class NoAnswerError(UnreachableError):
    """Nothing came within the time allowed."""


class ProtocolError(ClientError):
    """What was answered is nothing that a Chandlery server says."""


BY_CODE: dict[str, type[ClientError]] = {
    "unknown_symbol": UnknownSymbolError,
    "unknown_interval": UnknownIntervalError,
    "not_found": NotFoundError,
    "authentication_required": UnauthorizedError,
    "authentication_failed": UnauthorizedError,
    "not_allowed": ForbiddenError,
}
"""Codes that say more than the status."""

BY_STATUS: dict[int, type[ClientError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    429: RateLimitedError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def kind_of(status: int, code: str) -> type[ClientError]:
    """Return the kind of error that a status and a code are."""
    if status in BY_STATUS and status != 404:
        return BY_STATUS[status]
    if code in BY_CODE:
        return BY_CODE[code]
    return BY_STATUS.get(status) or (BadRequestError if 400 <= status < 500 else ServerError)
