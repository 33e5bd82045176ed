"""`curator tokens revoke`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report
from curator.cli.tokens.list import facts


@click.command()
@click.argument("id", type=click.IntRange(1, 2**31 - 1), metavar="ID")
@json_option
@click.pass_obj
def revoke(context: Context, id: int, as_json: bool) -> None:
    """Let a token, and whoever logged in with it, in no more. Repeating it does no harm."""
    from curator.bootstrap.tokens import revoke as run

    report(facts(run(context, id)), as_json)
