"""Tokens in force: issued once, asked for with every request, revoked at once."""

import secrets
from datetime import UTC, datetime, timedelta

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError
from curator.domain.token import PREFIX, Scope, Token, token_hash
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tokens import HashedToken


def issue(store: Store, name: str, scope: Scope, days: int) -> tuple[Token, str]:
    """Make a token that opens a scope for so many days; returns it and its secret, which nothing can tell again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    hashed = HashedToken(
        name, scope, str(token_hash(secret)), created_at=instant(now), expires_at=instant(now + timedelta(days=days))
    )
    with store.writing() as transaction:
        return transaction.tokens.add(hashed), secret


def known_token(store: Store, secret: str) -> Token | None:
    """Return the token in force whose secret this is, whatever it opens, or None where there is none."""
    token = issued_token(store, secret)
    return token if token is not None and is_in_force(token) else None


def issued_token(store: Store, secret: str) -> Token | None:
    """Return the token whose secret this is, expired and revoked ones too, or None where there is none."""
    secret_hash = token_hash(secret)
    if secret_hash is None:
        return None
    with store.reading() as transaction:
        return transaction.tokens.by_hash(secret_hash)


def is_in_force(token: Token) -> bool:
    """Say whether a token opens anything now."""
    return token.holds(_now())


def token_in_force(store: Store, id: int) -> Token | None:
    """Return the token with this number, or None where it is not, or no longer, in force."""
    with store.reading() as transaction:
        token = transaction.tokens.by_id(id)
    return token if token is not None and token.holds(_now()) else None


def opens_anything(store: Store, scope: Scope) -> bool:
    """Say whether any token in force opens a scope."""
    now = _now()
    with store.reading() as transaction:
        return any(token.scope is scope and token.holds(now) for token in transaction.tokens.all())


def revoke(store: Store, id: int) -> Token:
    """Let a token open nothing from now on, and return it. Idempotent. Raises CuratorError where there is none."""
    with store.writing() as transaction:
        transaction.tokens.revoke(id, _now())
        token = transaction.tokens.by_id(id)
    if token is None:
        raise CuratorError("no such token", str(id), "take the number from `curator tokens list`")
    return token


def _now() -> str:
    return instant(datetime.now(UTC))
