"""Logs: one structured line per event on standard error, never a payload, a secret or personal data.

Of an error only its type and the places it passed are logged: its text and its variables may quote a sender's data.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog

VALUE, LINE = 2000, 8000  # longest value and line; control characters are escaped by repr


def configure() -> None:
    """``2026-11-23T15:00:00Z [error] event key=value`` on standard error; call once per process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _short,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], drop_missing=True),
            _capped,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers, root.level = [_Foreign()], logging.WARNING


class _Foreign(logging.Handler):
    """Lines of libraries (uvicorn, pika ...), in our form. Their values may be a sender's: only the words are kept,
    and of an exception its type and way."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        log = structlog.get_logger(record.name)
        log.log(record.levelno, str(record.msg).strip(), library=record.name, at=place_of(error) if error else "")


def _short(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event.pop("exc_info", None)
    return {k: v[:VALUE] if isinstance(v, str) else v for k, v in event.items()}


def _capped(_logger: Any, _method: str, line: Any) -> str:
    return str(line)[:LINE]


def place_of(error: BaseException) -> str:
    """``KeyError: agreement.py:120 read_request < soap.py:68 _served``, innermost first."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-6:])
    way = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__}: {way}"
