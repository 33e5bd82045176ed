"""`curator status`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report


@click.command()
@json_option
@click.pass_obj
def status(context: Context, as_json: bool) -> None:
    """Count documents, tasks, predictions, annotations, decisions, deliveries by state, versions and models."""
    from curator.bootstrap.reports import status as run

    report(run(context), as_json)
