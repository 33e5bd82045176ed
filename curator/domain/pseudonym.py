"""Pseudonyms: names for annotators that do not tell who they are."""

import hashlib
import hmac
import re

_PSEUDONYM = re.compile(r"annotator-[0-9a-f]{10}|unknown")


def pseudonym(salt: str, annotator: str | None) -> str:
    """Return a stable name for an annotator, by its key: HMAC-SHA256 under the store's salt; `unknown` for nobody."""
    if annotator is None:
        return "unknown"
    mark = hmac.new(salt.encode(), annotator.encode(), hashlib.sha256).hexdigest()
    return f"annotator-{mark[:10]}"


def is_pseudonym(name: str) -> bool:
    """Say whether a name is of the form that `pseudonym` gives, be it anybody's or not."""
    return _PSEUDONYM.fullmatch(name) is not None
