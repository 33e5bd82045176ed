"""`curator store rebuild`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report


@click.command()
@json_option
@click.pass_obj
def rebuild(context: Context, as_json: bool) -> None:
    """Make the index of current annotations anew from the revisions; only a damaged database needs it."""
    from curator.bootstrap.stores import rebuild_index

    report({"annotations": rebuild_index(context)}, as_json)
