"""Sessions: what a browser bears once its user logged in, signed, and worth no more than the token it stands for."""

import hashlib
import hmac
import time

SECONDS = 12 * 3600
"""How long a session lasts, if its token lasts as long."""


def session_value(key: bytes, token: int) -> str:
    """Return a session of a token, from now on."""
    facts = f"{token}.{int(time.time()) + SECONDS}"
    return f"{facts}.{_signature(key, facts)}"


def token_of_session(key: bytes, value: str) -> int | None:
    """Return the number of the token that a session stands for, or None where it is over or not ours."""
    facts, _, signature = value.rpartition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), _signature(key, facts).encode("ascii")):
        return None
    token, _, ends = facts.partition(".")
    return int(token) if time.time() < int(ends) else None


def _signature(key: bytes, facts: str) -> str:
    return hmac.new(key, b"session " + facts.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
