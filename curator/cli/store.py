"""`curator store`."""

import click

from curator.bootstrap.application import Application
from curator.bootstrap.database import upgrade_store
from curator.cli.output import json_option, report


@click.group()
def store() -> None:
    """Look after the store's database."""


@store.command()
@json_option
@click.pass_obj
def upgrade(application: Application, as_json: bool) -> None:
    """Bring the database to the tables this version knows."""
    report({"upgraded": upgrade_store(application)}, as_json)
