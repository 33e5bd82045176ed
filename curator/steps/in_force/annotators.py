"""Annotators by name."""

from collections.abc import Iterable

from curator.steps.ports.store import Transaction


def annotator_keys(transaction: Transaction, names: Iterable[str]) -> dict[str, str]:
    """Return the key of who has each name; whom nobody, or more than one, is known by gets the name as key."""
    wanted, keys = set(names), dict[str, list[str]]()
    for key, name in transaction.revisions.annotators().items():
        if name in wanted:
            keys.setdefault(name, []).append(key)
    new = sorted(name for name in wanted if len(keys.get(name, ())) != 1)
    transaction.revisions.save_annotators({name: name for name in new})
    return {name: name if name in new else keys[name][0] for name in wanted}
