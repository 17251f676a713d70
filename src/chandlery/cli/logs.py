"""Logs go to standard error: text for a terminal, JSON lines for a machine, secrets nowhere."""

from __future__ import annotations

import io
import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.types import EventDict, WrappedLogger
from typing_extensions import override

from chandlery.cli.redaction import hide_secrets
from chandlery.config import Log

_TRACEBACKS = structlog.processors.ExceptionRenderer(
    # Local variables may hold anything, also keys.
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def set_up(log: Log) -> None:
    """Have structlog and the standard library's loggers write as the settings say."""
    is_text = log.format == "console" or (log.format == "auto" and sys.stderr.isatty())
    renderer = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if is_text
        else structlog.processors.JSONRenderer()
    )
    least = logging.getLevelNamesMapping()[log.level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if is_text else _TRACEBACKS,
    ]
    structlog.configure(
        processors=[*shared, hide_secrets, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(cast(TextIO, _StandardError()))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[*shared, _source_of, hide_secrets],
        )
    )
    # Libraries are quieter: their news is of no use to whoever runs a server.
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


def _source_of(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event["logger"] = record.name
    return event


class _StandardError(io.TextIOBase):
    """Standard error as it is at the time of writing: progress bars and tests swap it."""

    @override
    def write(self, text: str, /) -> int:
        return sys.stderr.write(text)

    @override
    def flush(self) -> None:
        sys.stderr.flush()
