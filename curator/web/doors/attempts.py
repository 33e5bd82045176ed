"""How often a log-in may fail."""

import time
from collections.abc import Callable
from threading import Lock


class Attempts:
    """What a process grants to those who try tokens: a few at once, and one more after every pause."""

    def __init__(self, at_once: int = 10, pause: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Take how many there are at most, and the seconds until there is one more."""
        self._at_once = at_once
        self._pause = pause
        self._clock = clock
        self._left = float(at_once)
        self._at = clock()
        self._lock = Lock()

    @property
    def pause(self) -> float:
        """The seconds after which trying again may help."""
        return self._pause

    def take(self) -> bool:
        """Take an attempt; returns whether there was one."""
        with self._lock:
            now = self._clock()
            self._left = min(self._at_once, self._left + (now - self._at) / self._pause)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
