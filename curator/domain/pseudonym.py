"""Pseudonyms: names for annotators that do not tell who they are."""

import hashlib
import hmac


def pseudonym(salt: str, annotator: str | None) -> str:
    """Return a stable name for an annotator, by its key: HMAC-SHA256 under the store's salt; `unknown` for nobody."""
    if annotator is None:
        return "unknown"
    mark = hmac.new(salt.encode(), annotator.encode(), hashlib.sha256).hexdigest()
    return f"annotator-{mark[:10]}"
