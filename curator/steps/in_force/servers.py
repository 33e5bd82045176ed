"""The names of Label Studio servers: part of every identity, so that all hosts on a store must use the same one."""

from curator.steps.ports.label_server import ProjectLookup
from curator.steps.ports.store import Store, Transaction

_NAME = "servers"


def server_name(store: Store, address: str, holds_project: ProjectLookup) -> str:
    """Return the name of the server at an address: the one it is known by, else a new one that is kept.

    A server at a new address is the last one that was named if it holds this store's project, for which `holds_project`
    asks it; the first one, and any other, is named by its address. Idempotent.
    """
    with store.reading() as transaction:
        name = known_server(transaction, address)
        names = _names(transaction)
    if name is not None:
        return name
    moved = bool(names) and holds_project()
    with store.writing() as transaction:
        # Another host may have been quicker.
        names = _names(transaction)
        name = known_server(transaction, address) or (list(names)[-1] if moved and names else address)
        addresses = [*names.pop(name, []), address]
        # A list, since the keys of a stored object come back sorted.
        transaction.settings.put(_NAME, [*names.items(), (name, list(dict.fromkeys(addresses)))])
    return name


def known_server(transaction: Transaction, address: str) -> str | None:
    """Return the name of the server at an address, or None where none is known there."""
    return next((name for name, addresses in _names(transaction).items() if address in addresses), None)


def _names(transaction: Transaction) -> dict[str, list[str]]:
    """Return the addresses of each server by its name, the one named last at the end."""
    return dict(transaction.settings.get(_NAME) or [])
