"""What `-v` shows: stages, migrations and requests, on standard error."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from curator.cli.output import flat, say

_LOGGERS = ("curator", "httpx")
_LOG_IN = re.compile(r"(?<=://)[^/\s@]*@")
_NAME = re.compile(r"[?&][^=&\s]*")
_SECRET = re.compile(r"(?i)token|key|secret|password")
_VALUE_END = re.compile(r"[&\s\"]")


class _StandardError(logging.Handler):
    """Tells each record in one line; no secret of an address is in it."""

    def emit(self, record: logging.LogRecord) -> None:
        say(flat(f"{time.strftime('%H:%M:%S')} {without_secrets(record.getMessage())}"))


def without_secrets(line: str) -> str:
    """Return a line without the log-ins of its addresses and the values of parameters that are named as secrets."""
    line = _LOG_IN.sub("", line)
    pieces: list[str] = []
    shown = at = 0
    # One expression for names and values would look from every question mark to the end of the line.
    while name := _NAME.search(line, at):
        at = name.end()
        if line.startswith("=", at) and _SECRET.search(name[0]):
            pieces += (line[shown:at], "=…")
            at = shown = _end_of_value(line, at + 1)
    return "".join((*pieces, line[shown:]))


def _end_of_value(line: str, start: int) -> int:
    end = _VALUE_END.search(line, start)
    return len(line) if end is None else end.start()


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
