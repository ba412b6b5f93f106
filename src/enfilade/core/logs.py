"""Log lines: JSON for machines, one line of words for people; each with the request that caused it.

ENFILADE_LOG=json    one JSON object a line; also one line per request and per command (who serves sets it where nobody looks on)
ENFILADE_LOG=lines   words, and only what needs somebody: the default

No line holds what was typed, a name, an address or a query string: keys of rows and the path have to do.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog

JSON, LINES = "json", "lines"
# One line per request and per command: too many for a person, cheap where a program reads.
BUSY = ("enfilade.request", "enfilade.command")
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def serve_form() -> None:
    """Choose the form for a process that serves, unless somebody chose: JSON when no terminal shows it."""
    os.environ.setdefault("ENFILADE_LOG", LINES if sys.stderr.isatty() else JSON)


def logging_settings(form: str) -> dict[str, Any]:
    """Django's LOGGING for a form; also tells structlog to write through the standard library."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    busy = "INFO" if form == JSON else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "enfilade.core.logs.formatter", "form": form}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {"enfilade": {"level": "INFO"}, "axes": {"level": "ERROR"}, **{name: {"level": busy} for name in BUSY}},
    }


def formatter(form: str) -> logging.Formatter:
    """The last step of a line, for our own loggers and for those of libraries."""
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == JSON:
        last += [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    else:
        last += [structlog.dev.ConsoleRenderer(colors=False, timestamp_key="at", pad_event_to=0)]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=last)
