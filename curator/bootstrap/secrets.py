"""The secrets that all hosts on a store share, with a copy in the workspace for when the store is away."""

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import SharedSecrets
from curator.domain.errors import CuratorError
from curator.steps.in_force.identity import hook_secret, ml_password
from curator.steps.ports.store import Store


def shared_secrets(context: Context) -> SharedSecrets:
    """Return the secrets of the store. Raises CuratorError where it is away and this host never read them."""
    try:
        with open_store(context) as store:
            secrets = secrets_of(store)
    except CuratorError:
        copy = context.workspace.shared_secrets()
        if copy is None:
            raise
        return copy
    context.workspace.keep_shared_secrets(secrets)
    return secrets


def secrets_of(store: Store) -> SharedSecrets:
    """Return the secrets that a store has, made up at random the first time."""
    return SharedSecrets(hook_secret(store), ml_password(store))
