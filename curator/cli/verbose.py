"""What `-v` shows: stages, migrations and requests, on standard error."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from curator.cli.output import flat, say

_LOGGERS = ("curator", "httpx")
_LOG_IN = re.compile(r"(?<=://)[^/\s@]*@")
_SECRET = re.compile(r"(?i)([?&][^=&\s]*(?:token|key|secret|password)[^=&\s]*=)[^&\s\"]*")


class _StandardError(logging.Handler):
    """Tells each record in one line; no secret of an address is in it."""

    def emit(self, record: logging.LogRecord) -> None:
        line = _SECRET.sub(r"\1…", _LOG_IN.sub("", record.getMessage()))
        say(flat(f"{time.strftime('%H:%M:%S')} {line}"))


@contextmanager
def telling() -> Iterator[None]:
    """Tell what curator does and what it asks of servers, as long as the block lasts."""
    handler = _StandardError(logging.INFO)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
