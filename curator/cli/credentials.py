"""`curator credentials`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report


@click.command()
@json_option
@click.pass_obj
def credentials(context: Context, as_json: bool) -> None:
    """Show where Label Studio is and how to log in to it, and where it finds the ML backend."""
    from curator.bootstrap.reports import credentials as run

    report(run(context), as_json)
