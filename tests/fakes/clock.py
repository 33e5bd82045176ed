"""A clock that tests move by hand."""

from datetime import UTC, datetime, timedelta

from curator.domain.annotation import instant


class Clock:
    """Tells the time; moves on by `step` with every question, not at all where the step is zero."""

    def __init__(self, step: timedelta = timedelta(milliseconds=1)) -> None:
        self.step = step
        self._now = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def now(self) -> str:
        self._now += self.step
        return instant(self._now)

    def pass_time(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def stand_still(self) -> None:
        self.step = timedelta(0)
