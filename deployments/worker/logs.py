"""The worker's log: JSON lines, of our own events and of the libraries'; never the text of an exception.

An exception's message may quote what a customer wrote, and Prefect logs those of flow and task runs; what of a run is
worth knowing stands in our own events and in the ledger.
"""

import json
import logging
from datetime import UTC, datetime

import structlog

SILENT = ("prefect.flow_runs", "prefect.task_runs")
"""Loggers whose messages repeat exceptions: only level and place are kept."""

WITHHELD = "a library reports an error"


class JsonFormatter(logging.Formatter):
    """A library's record as one JSON line."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        said = WITHHELD if error or record.name.startswith(SILENT) else record.getMessage()
        entry = {
            "event": said,
            "logger": record.name,
            "place": f"{record.module}:{record.lineno}",
            "error": error,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        return json.dumps({name: value for name, value in entry.items() if value is not None}, ensure_ascii=False)


def configure() -> None:
    """Our own events; the libraries' are set by logging.yml, which Prefect reads."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
