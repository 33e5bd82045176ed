"""`curator datasets`."""

import click

from curator.cli.datasets.list import list_datasets
from curator.cli.lazy import LazyGroup

_TARGETS = {
    "list": "curator.cli.datasets.list:list_datasets",
    "show": "curator.cli.datasets.show:show",
    "diff": "curator.cli.datasets.diff:diff",
    "patch": "curator.cli.datasets.patch:patch",
    "merge": "curator.cli.datasets.merge:merge",
    "tag": "curator.cli.datasets.tag:tag",
    "tags": "curator.cli.datasets.tag:tags",
    "convert": "curator.cli.datasets.convert:convert",
    "verify": "curator.cli.datasets.verify:verify",
    "leakage": "curator.cli.datasets.leakage:leakage",
    "copy": "curator.cli.datasets.copy:copy",
    "fetch": "curator.cli.datasets.copy:fetch",
}


@click.group(cls=LazyGroup, targets=_TARGETS, invoke_without_command=True)
@click.pass_context
def datasets(context: click.Context) -> None:
    """Versions of datasets, and what can be made of them; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_datasets)
