"""`curator init`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report, say


@click.command()
@json_option
@click.pass_obj
def init(context: Context, as_json: bool) -> None:
    """Make the workspace: its folder, the store with its tables, and the secrets. Repeating it does no harm.

    `up`, `demo` and `ingest` make one themselves; every other command wants one that is there.
    """
    from curator.bootstrap.init import init as run

    made = run(context, say)
    report({"workspace": str(made.workspace), "made": made.made, "upgraded": made.upgraded}, as_json)
