"""Application logs: one line an event on standard output, JSON away from a terminal."""

import logging
import sys
import threading
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import Processor

from permanence.redaction import redact
from permanence.settings import Log

# Loggers that say more at INFO than anybody reads, or that repeat addresses with queries.
QUIET = ("alembic", "rq.worker", "rq.job", "rq.queue", "rq.scheduler", "twilio.http_client",
         "urllib3", "werkzeug")  # fmt: skip


def set_up(log: Log, *, service: str, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging through one pipeline.

    ``service`` is the command that runs (web, worker, …) and stands in every line.
    """
    stream = stream or sys.stdout
    as_json = log.format == "json" or (log.format == "auto" and not stream.isatty())
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # to text, so that it is masked as well
        _named(service),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                _renderer(stream, as_json=as_json),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=log.level.upper(), force=True)
    logging.captureWarnings(capture=True)
    # The two ways past the pipeline: a line that cannot be written is printed with its
    # arguments, and an exception that nobody catches with its text. Neither is masked.
    logging.raiseExceptions = False
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda found: _log_uncaught(
        found.exc_type, found.exc_value, found.exc_traceback
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    _set_up_structlog(common)


def _set_up_structlog(common: list[Processor]) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        logging.getLogger("permanence").critical(
            "Nobody caught this", exc_info=(kind, error, trace)
        )


def _named(service: str) -> Processor:
    def add(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event.setdefault("service", service)
        return event

    return add


def _renderer(stream: TextIO, *, as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(),
        # The default would print the values of local variables where `rich` is installed.
        exception_formatter=structlog.dev.plain_traceback,
    )
