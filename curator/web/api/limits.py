"""How much a caller of the pull API may take."""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from threading import Condition

from curator.web.api.problem import ApiProblem

_MINUTE = 60.0
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """What each token may take of a process: requests and bytes a minute, and all together downloads at once."""

    requests_per_minute: int
    bytes_per_minute: int
    downloads: int

    @property
    def threads(self) -> int:
        """The threads that the API needs, so that whoever downloads nothing is answered beside all downloads.

        As many as may download, half as many that wait for their turn, and as many again for all else.
        """
        return 2 * self.downloads + 2


class _Allowance:
    """So much a minute; what was not taken is kept for a minute, and what was taken beyond it is owed."""

    def __init__(self, per_minute: int, now: float) -> None:
        self._per_minute = per_minute
        self._left = float(per_minute)
        self._at = now

    def take(self, count: int, now: float) -> None:
        self._left = self._refilled(now) - count
        self._at = now

    def seconds_until(self, count: int, now: float) -> float:
        """Return in how many seconds so much is there, 0 where it is."""
        return max(0.0, (count - self._refilled(now)) * _MINUTE / self._per_minute)

    def _refilled(self, now: float) -> float:
        return min(self._per_minute, self._left + (now - self._at) * self._per_minute / _MINUTE)


class Meter:
    """Counts what callers take of this process, by token; those without one, on this machine, count as one caller.

    It is per process: where `hook.workers` are several, a token may take up to as many times as much. One token has at
    most half of the downloads that may go on at once. For a place among them a request waits some seconds; beyond a
    bounded number of those that wait it is refused at once, so that there is a thread for whoever downloads nothing.
    """

    def __init__(
        self, limits: ApiLimits, clock: Callable[[], float] = time.monotonic, patience: float = _PATIENCE
    ) -> None:
        """Take the limits, the clock in seconds, and for how many seconds a download waits for its place."""
        self._limits = limits
        self._clock = clock
        now = clock()
        self._requests: defaultdict[int | None, _Allowance] = defaultdict(
            lambda: _Allowance(limits.requests_per_minute, now)
        )
        self._bytes: defaultdict[int | None, _Allowance] = defaultdict(lambda: _Allowance(limits.bytes_per_minute, now))
        self._downloads: Counter[int | None] = Counter()
        self.waiting = 0
        self._patience = patience
        self._lock = Condition()

    def request(self, token: int | None) -> None:
        """Count a request. Raises ApiProblem (429) where there were too many."""
        with self._lock:
            now, allowance = self._clock(), self._requests[token]
            wait = allowance.seconds_until(1, now)
            if not wait:
                allowance.take(1, now)
        if wait:
            _refuse(f"more than {self._limits.requests_per_minute} requests in a minute", wait)

    def begin_download(self, token: int | None) -> None:
        """Let a request for a file have a place until it is ended. Raises ApiProblem (429) where none gets free."""
        with self._lock:
            wait = self._bytes[token].seconds_until(1, self._clock())
            has_place = not wait and (self._has_place(token) or self._wait_for_place(token))
            if has_place:
                self._downloads[token] += 1
        if wait:
            _refuse(f"more than {self._limits.bytes_per_minute >> 20} MB in a minute", wait)
        if not has_place:
            _refuse("too many downloads at once", 1.0)

    def _has_place(self, token: int | None) -> bool:
        most = self._limits.downloads
        return self._downloads[token] < max(1, most // 2) and self._downloads.total() < most

    def _wait_for_place(self, token: int | None) -> bool:
        if self.waiting >= self._limits.downloads // 2:
            return False
        self.waiting += 1
        try:
            return self._lock.wait_for(lambda: self._has_place(token), self._patience)
        finally:
            self.waiting -= 1

    def end_download(self, token: int | None) -> None:
        """Count a download as ended."""
        with self._lock:
            self._downloads[token] -= 1
            self._lock.notify_all()

    def counted(self, token: int | None, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the blocks of a download, counting them as they are sent."""
        for block in blocks:
            with self._lock:
                self._bytes[token].take(len(block), self._clock())
            yield block


def _refuse(error: str, wait: float) -> None:
    seconds = math.ceil(wait)
    raise ApiProblem(
        HTTPStatus.TOO_MANY_REQUESTS,
        error,
        f"ask again in {seconds} s; the limits are in the settings under [api]",
        {"Retry-After": str(seconds)},
    )
