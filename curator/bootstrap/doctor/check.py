"""One check of a set-up, and chains of them."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

INIT = "curator init"
UP = "curator up"
PUSH = "curator push"
SYNC = "curator sync"
ACCEPT = "curator sync --accept-deletions"
UPGRADE = "curator store upgrade"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` is empty where it is in order."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def until_failure(*checks: Callable[[], Check]) -> Generator[Check, None, bool]:
    """Make checks in turn and yield each; the first one that fails is the last. Returns whether all are in order."""
    for check in checks:
        result = check()
        yield result
        if not result.ok:
            return False
    return True
