"""`curator annotators add`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report, say


@click.command()
@click.argument("email")
@json_option
@click.pass_obj
def add(context: Context, email: str, as_json: bool) -> None:
    """Make an account in Label Studio and show its first password; no mail is sent."""
    from curator.bootstrap.addresses import server_url
    from curator.bootstrap.annotators import add_annotator

    password = add_annotator(context, email)
    report({"url": server_url(context), "username": email, "password": password}, as_json)
    say("Tell them to begin with Label All Tasks: in the list, everybody can change everybody's annotations.")
