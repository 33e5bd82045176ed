"""Only one push to a server at a time: two that met would give every document two tasks."""

from hashlib import sha256

from curator.steps.desk.lease import HeldLease
from curator.steps.ports.store import Store

_SECONDS = 60.0
PATIENCE = 75.0
"""The seconds to wait for another push: longer than the lease of one that died lasts."""


def push_lease(store: Store, server: str, who: str) -> HeldLease:
    """Return the lease that whoever pushes to a server holds, not taken yet; `who` is how others are told of it."""
    return HeldLease(store, f"push:{sha256(server.encode()).hexdigest()[:20]}", _SECONDS, "pushing", who)
