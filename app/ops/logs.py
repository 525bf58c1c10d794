"""Logs are events with an allow-list of keys: what is not on the list is dropped, and counted."""

import logging
import os
import sys
import sysconfig
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
_OURS = tuple(
    f"{Path(__file__).parents[2] / name}{os.sep}" for name in ("app", "launch", "fhir_mappings")
)

# No key here can carry patient data: ids of our own rows, codes, counts, names of resource types.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "code", "status", "method", "route", "duration_ms",
        "tenant", "resource", "outcome", "attempt", "state", "rule", "count", "gaps", "medicines",
        "problems", "version", "reason", "request", "error", "dropped",
        "where",
    }
)  # fmt: skip


def only_allowed(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drops every key that is not allowed and says how many went."""
    extra = [key for key in event if key not in ALLOWED]
    for key in extra:
        del event[key]
    if extra:
        event["dropped"] = len(extra)
    return event


def configure(level: str) -> None:
    """JSON lines on stderr. httpx logs full URLs at INFO and uvicorn logs queries: both are silenced."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            only_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for name in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # These two print a traceback of whatever nobody caught, after our own handler has answered.
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(without_its_words)


def without_its_words(record: logging.LogRecord) -> bool:
    """Says what broke and where, but not the exception's own words: they may quote a chart."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg = f"{type(error).__name__} at {place_of(error)}"
        record.args = record.exc_info = record.exc_text = None
    return True


def place_of(error: BaseException) -> str:
    """The line of ours that raised it, or that called the library that did."""
    steps = [(t.tb_frame.f_code.co_filename, t.tb_lineno) for t in _traced(error.__traceback__)]
    ours = [step for step in steps if _is_ours(step[0])]
    return "{}:{}".format(*(ours or steps)[-1]) if steps else "unknown"


def _traced(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(file: str) -> bool:
    """An installed wheel lies among the libraries."""
    return file.startswith(_OURS) or not file.startswith(_LIBRARIES)


def log() -> Any:
    return structlog.get_logger()
