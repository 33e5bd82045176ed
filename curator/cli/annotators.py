"""`curator annotators`."""

import click

from curator.bootstrap.accounts import add_account
from curator.bootstrap.application import Application
from curator.cli.output import emit, json_option, report, say
from curator.views.report import progress_of_annotators


@click.group(invoke_without_command=True)
@click.pass_context
def annotators(context: click.Context) -> None:
    """Who labels; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_annotators)


@annotators.command("list")
@json_option
@click.pass_obj
def list_annotators(application: Application, as_json: bool = False) -> None:
    """List every account with what it has reviewed and skipped, and its mean time per document."""
    server = application.server
    found = progress_of_annotators(application.store, server.name, server.users())
    if as_json:
        emit(
            [
                {
                    "annotator": one.annotator,
                    "reviewed": one.reviewed,
                    "skipped": one.skipped,
                    "seconds": round(one.seconds, 1),
                    "last": one.last,
                }
                for one in found
            ]
        )
        return
    width = max((len(one.annotator) for one in found), default=0)
    for one in found:
        done = one.reviewed + one.skipped
        mean = f"{one.seconds / done:.0f} s each" if done else ""
        click.echo(f"{one.annotator:<{width}}  {one.reviewed} reviewed, {one.skipped} skipped  {mean}".rstrip())


@annotators.command()
@click.argument("email")
@json_option
@click.pass_obj
def add(application: Application, email: str, as_json: bool) -> None:
    """Make an account in Label Studio and show its first password; no mail is sent."""
    password = add_account(application, email)
    report({"url": application.label_studio_url, "username": email, "password": password}, as_json)
    say("Tell them to begin with Label All Tasks: in the list, everybody can change everybody's annotations.")
