"""A bell between processes: one sleeps until another rings."""

import os
import select
from contextlib import suppress
from typing import Self

_PIECE = 1 << 12


class Bell:
    """Made before the processes part; any of them may ring, and one waits. As a context it is closed with the block."""

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe()
        for end in (self._heard, self._rung):
            os.set_blocking(end, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._heard)
        os.close(self._rung)

    def ring(self) -> None:
        """Wake whoever waits, or will wait next; never blocks."""
        # A pipe that is full wakes as well.
        with suppress(BlockingIOError):
            os.write(self._rung, b"\a")

    def wait(self, seconds: float) -> bool:
        """Return once it was rung since the last time, or after so many seconds; says whether it was."""
        rung, _, _ = select.select([self._heard], [], [], seconds)
        with suppress(BlockingIOError):
            while len(os.read(self._heard, _PIECE)) == _PIECE:
                pass
        return bool(rung)
