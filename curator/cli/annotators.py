"""`curator annotators`."""

import click

from curator.bootstrap.accounts import add_account
from curator.bootstrap.application import Application
from curator.cli.output import emit, json_option, report, say
from curator.views.annotators import progress_of_annotators


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
    progress = progress_of_annotators(application.store, server.name, server.users())
    if as_json:
        emit(
            [
                {
                    "annotator": annotator.name,
                    "reviewed": annotator.reviewed,
                    "skipped": annotator.skipped,
                    "seconds": round(annotator.seconds, 1),
                    "last": annotator.last_activity,
                }
                for annotator in progress
            ]
        )
        return
    width = max((len(annotator.name) for annotator in progress), default=0)
    for annotator in progress:
        mean = annotator.mean_lead_time
        shown = "" if mean is None else f"{mean:.0f} s each"
        done = f"{annotator.reviewed} reviewed, {annotator.skipped} skipped"
        click.echo(f"{annotator.name:<{width}}  {done}  {shown}".rstrip())


@annotators.command()
@click.argument("email")
@json_option
@click.pass_obj
def add(application: Application, email: str, as_json: bool) -> None:
    """Make an account in Label Studio and show its first password; no mail is sent."""
    password = add_account(application, email)
    report({"url": application.label_studio_url, "username": email, "password": password}, as_json)
    say("Tell them to begin with Label All Tasks: in the list, everybody can change everybody's annotations.")
