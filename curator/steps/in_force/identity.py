"""What makes a store this one and no other, and its secrets: made up at random once, and the same ever after."""

import secrets
import uuid

from curator.steps.ports.store import Store


def marker(store: Store) -> str:
    """Return what tells this store's project from others in Label Studio."""
    return f"curator:{_kept(store, 'workspace', str(uuid.uuid4()))}"


def salt(store: Store) -> str:
    """Return the salt of the annotators' pseudonyms."""
    return _kept(store, "salt", uuid.uuid4().hex)


def hook_secret(store: Store) -> str:
    """Return the secret that proves a delivery to be Label Studio's, the same on every host."""
    return _kept(store, "hook_secret", secrets.token_urlsafe(32))


def ml_password(store: Store) -> str:
    """Return the password with which Label Studio asks for predictions, the same on every host."""
    return _kept(store, "ml_password", secrets.token_urlsafe(32))


def session_key(store: Store) -> bytes:
    """Return what signs the sessions of those who logged in, the same on every host."""
    return _kept(store, "session_key", secrets.token_hex(32)).encode("ascii")


def _kept(store: Store, name: str, fresh: str) -> str:
    with store.reading() as transaction:
        value = transaction.settings.get(name)
    if value is None:
        with store.writing() as transaction:
            # Another process may have been quicker.
            value = transaction.settings.get(name) or fresh
            transaction.settings.put(name, value)
    return str(value)
