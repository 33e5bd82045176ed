"""`curator store upgrade`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report


@click.command()
@json_option
@click.pass_obj
def upgrade(context: Context, as_json: bool) -> None:
    """Bring the database to the tables this version knows."""
    from curator.bootstrap.stores import upgrade_store

    report({"upgraded": upgrade_store(context)}, as_json)
