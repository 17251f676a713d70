"""The tree of errors. Each says what was expected, what was found, and what to do next.

ChandleryError
├── UsageError                  the caller asked for something that cannot be
│   ├── ConfigError             a setting is unknown or has a wrong value
│   ├── UnknownResolutionError  a text that names no resolution
│   ├── UnknownMarketError      a symbol that is not in the store
│   └── SessionError            a session or time zone that cannot be read
├── InputError                  a file or message that cannot be read
└── StoreError                  the store could not do it
    ├── StoreLockedError        another process holds the data
    ├── StoreVersionError       the data was written by a newer version
    ├── StoreCorruptError       the file is damaged, or is no database of ours
    ├── StoreUnavailableError   a fault that may pass: retry
    └── QueryBudgetError        a read took longer than it may
"""

from typing_extensions import override


class ChandleryError(Exception):
    """Base of every error a caller may want to catch; `hint` says what to do next."""

    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @override
    def __str__(self) -> str:
        return self.message


class UsageError(ChandleryError):
    """The caller asked for something that cannot be."""


class ConfigError(UsageError):
    """A setting is unknown or has a wrong value."""


class UnknownResolutionError(UsageError):
    """A text that names no resolution."""


class UnknownMarketError(UsageError):
    """A symbol that is not in the store."""


class SessionError(UsageError):
    """A session or a time zone that cannot be read."""


class InputError(ChandleryError):
    """A file or message that cannot be read."""


class StoreError(ChandleryError):
    """The store could not do what was asked."""


class StoreLockedError(StoreError):
    """Another process holds the data."""


class StoreVersionError(StoreError):
    """The data was written by a newer version."""


class StoreCorruptError(StoreError):
    """The file is damaged, or is no database of ours."""


class StoreUnavailableError(StoreError):
    """A fault that may pass, such as a full disk: the same call may be made again."""

    retryable = True


class QueryBudgetError(StoreError):
    """A read took longer than it may, and was cancelled."""
