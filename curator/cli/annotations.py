"""`curator annotations`."""

import click

from curator.bootstrap.application import Application
from curator.cli.output import emit
from curator.views.annotations import current_annotations


@click.command()
@click.pass_obj
def annotations(application: Application) -> None:
    """Write every current annotation, one JSON object a line."""
    from curator.bootstrap.reading import READ_ANNOTATION

    for annotation in current_annotations(application.store, application.schema, READ_ANNOTATION):
        emit(annotation)
