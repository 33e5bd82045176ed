"""`curator store`."""

import click

from curator.cli.lazy import LazyGroup

_TARGETS = {"upgrade": "curator.cli.store.upgrade:upgrade", "rebuild": "curator.cli.store.rebuild:rebuild"}


@click.group(cls=LazyGroup, targets=_TARGETS)
def store() -> None:
    """Look after the store's database."""
