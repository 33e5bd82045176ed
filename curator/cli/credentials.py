"""`curator credentials`."""

import click

from curator.bootstrap.application import Application
from curator.cli.output import json_option, report


@click.command()
@json_option
@click.pass_obj
def credentials(application: Application, as_json: bool) -> None:
    """Show where Label Studio is and how to log in to it, and where it finds the ML backend."""
    embedded = application.workspace.credentials() if application.embedded else None
    with application.store.reading() as transaction:
        known = transaction.tasks.project("embedded" if embedded else application.label_studio_url)
    backend = application.ml_backend
    report(
        {
            "url": application.label_studio_url,
            "username": embedded.username if embedded else None,
            "password": embedded.password if embedded else None,
            "token": application.label_studio_token,
            "project_id": known[0] if known else None,
            "ml_url": backend.url,
            "ml_username": backend.user,
            "ml_password": backend.password,
        },
        as_json,
    )
