"""`curator status`."""

import click

from curator.bootstrap.application import Application
from curator.cli.output import json_option, report
from curator.views.status import status as count


@click.command()
@json_option
@click.pass_obj
def status(application: Application, as_json: bool) -> None:
    """Count documents, tasks, predictions, annotations, decisions, deliveries by state, versions and models."""
    report(count(application.store, application.inbox), as_json)
