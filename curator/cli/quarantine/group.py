"""`curator quarantine`."""

import click

from curator.cli.lazy import LazyGroup
from curator.cli.quarantine.list import list_quarantine

_TARGETS = {"list": "curator.cli.quarantine.list:list_quarantine"}


@click.group(cls=LazyGroup, targets=_TARGETS, invoke_without_command=True)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """What does not fit or cannot be read; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_quarantine)
