"""Why a body that was pushed cannot be taken at all."""

from __future__ import annotations

from enum import StrEnum

from chandlery.core.errors import InputError


class Fault(StrEnum):
    """What programs are told; each is in docs/push.md."""

    EMPTY_BODY = "empty_body"
    BAD_BODY = "bad_body"
    TOO_DEEP = "too_deep"
    BAD_ENCODING = "bad_encoding"
    BODY_TOO_LARGE = "body_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    UNSUPPORTED_ENCODING = "unsupported_encoding"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"


class BodyError(InputError):
    """A body that holds no rows that could be read, or more than is allowed."""

    def __init__(self, fault: Fault, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.fault = fault
