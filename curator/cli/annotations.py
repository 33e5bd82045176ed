"""`curator annotations`."""

import click

from curator.bootstrap.application import Application
from curator.cli.output import emit
from curator.views.report import annotations as current


@click.command()
@click.pass_obj
def annotations(application: Application) -> None:
    """Write every current annotation, one JSON object a line."""
    from curator.label_studio.results import read_result

    for annotation in current(application.store, application.schema, read_result):
        emit(annotation)
