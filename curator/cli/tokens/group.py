"""`curator tokens`."""

import click

from curator.cli.lazy import LazyGroup
from curator.cli.tokens.list import list_tokens

_TARGETS = {
    "list": "curator.cli.tokens.list:list_tokens",
    "issue": "curator.cli.tokens.issue:issue",
    "revoke": "curator.cli.tokens.revoke:revoke",
}


@click.group(cls=LazyGroup, targets=_TARGETS, invoke_without_command=True)
@click.pass_context
def tokens(context: click.Context) -> None:
    """What opens the pages and the pull API to others than this machine; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_tokens)
