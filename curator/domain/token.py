"""Tokens that open what curator serves: who has one, for what, and until when."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

_FORM = re.compile(r"curator_[A-Za-z0-9_-]{43}")
PREFIX = "curator_"
"""What every token begins with, so that a scanner for secrets knows one that was left lying about."""


class Scope(StrEnum):
    """What a token opens."""

    PAGES = "pages"
    """The dashboard."""
    API = "api"
    """The pull API."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the store has it, without what opens anything; times in the form of `instant`."""

    id: int
    name: str
    scope: Scope
    created_at: str
    expires_at: str
    revoked_at: str | None = None

    def holds(self, now: str) -> bool:
        """Say whether it opens anything at a time in the form of `instant`."""
        return self.revoked_at is None and now < self.expires_at


def token_hash(secret: str) -> str | None:
    """Return what the store keeps of a token, or None for what has not the form of one.

    A token is 256 random bits, so that one round of SHA-256 is as good as many.
    """
    return hashlib.sha256(secret.encode("ascii")).hexdigest() if _FORM.fullmatch(secret) else None
