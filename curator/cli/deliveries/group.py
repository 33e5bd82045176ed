"""`curator deliveries`."""

import click

from curator.cli.deliveries.list import list_deliveries
from curator.cli.lazy import LazyGroup

_TARGETS = {
    "list": "curator.cli.deliveries.list:list_deliveries",
    "replay": "curator.cli.deliveries.replay:replay",
}


@click.group(cls=LazyGroup, targets=_TARGETS, invoke_without_command=True)
@click.pass_context
def deliveries(context: click.Context) -> None:
    """What the hook received; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_deliveries, limit=20)
