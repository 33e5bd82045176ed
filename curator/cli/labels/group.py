"""`curator labels`."""

import click

from curator.cli.labels.list import list_labels
from curator.cli.lazy import LazyGroup

_TARGETS = {
    "list": "curator.cli.labels.list:list_labels",
    "rename": "curator.cli.labels.rename:rename",
    "merge": "curator.cli.labels.merge:merge",
    "split": "curator.cli.labels.split:split",
    "remove": "curator.cli.labels.remove:remove",
}


@click.group(cls=LazyGroup, targets=_TARGETS, invoke_without_command=True)
@click.pass_context
def labels(context: click.Context) -> None:
    """The labels, and how they are renamed, merged, split and removed; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_labels)
