"""Whether a request is made again, and after how long: so often after failures, so long while the server is busy."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from curator_client.errors import ClientError

ATTEMPTS = 5
BUSY_SECONDS = 120.0
"""How long is waited for a busy server, in all, for one thing."""
BUSY = (429, 503)
PASSING = (500, 502, 504, *BUSY)
"""Statuses that may be others when a request is made again."""
_FIRST_STEP = 0.5
_LONGEST_STEP = 16.0


class Refusal:
    """An error that may be over after a wait, in seconds; None where the server names none."""

    def __init__(self, error: ClientError, status: int, retry_after: str | None) -> None:
        self.error = error
        self.is_busy = status in BUSY
        self.wait = _seconds(retry_after)


class Attempts:
    """The attempts at one thing: failures are counted, of the refusals of a busy server the waits are added up."""

    def __init__(self, sleep: Callable[[float], None], jitter: Callable[[], float]) -> None:
        self._sleep = sleep
        self._jitter = jitter
        self._failures = 0
        self._steps = 0
        self._waited = 0.0

    def again(self, refusal: Refusal | None = None) -> bool:
        """Wait, and return whether there is another attempt; None is a connection that failed.

        What is waited is what the server asks for and a step on top, which is longer each time and differs from client
        to client: those that were refused together do not come back together.
        """
        wait = (refusal.wait if refusal else None) or 0.0
        if refusal is not None and refusal.is_busy:
            ends = self._waited >= BUSY_SECONDS
        else:
            self._failures += 1
            ends = self._failures >= ATTEMPTS
        if ends or self._waited + wait > BUSY_SECONDS:
            return False
        wait += min(_FIRST_STEP * 2.0**self._steps, _LONGEST_STEP) * (1 + self._jitter())
        self._steps += 1
        self._waited += wait
        self._sleep(wait)
        return True


def _seconds(retry_after: str | None) -> float | None:
    """Return how many seconds a server asks to wait for, by a number or a time."""
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdigit():
            return float(retry_after)
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
