"""`curator annotations`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit


@click.command()
@click.pass_obj
def annotations(context: Context) -> None:
    """Write every current annotation, one JSON object a line."""
    from curator.bootstrap.reports import annotations as current

    for annotation in current(context):
        emit(annotation)
