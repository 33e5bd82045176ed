"""`curator annotators`."""

import click

from curator.cli.annotators.list import list_annotators
from curator.cli.lazy import LazyGroup

_TARGETS = {
    "list": "curator.cli.annotators.list:list_annotators",
    "add": "curator.cli.annotators.add:add",
}


@click.group(cls=LazyGroup, targets=_TARGETS, invoke_without_command=True)
@click.pass_context
def annotators(context: click.Context) -> None:
    """Who labels; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_annotators)
