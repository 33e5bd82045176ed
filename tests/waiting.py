"""Waiting for what must come: the only limit is that of a hang, which a slow or busy machine does not come near."""

import time
from collections.abc import Callable

HANG_SECONDS = 600.0


def wait_until(holds: Callable[[], object], explain: Callable[[], str] = lambda: "what must come did not") -> None:
    """Return once `holds` is true; fails with what `explain` says where that takes so long that something hangs."""
    deadline = time.monotonic() + HANG_SECONDS
    while not holds():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)
