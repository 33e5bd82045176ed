"""`curator sync`."""

import click

from curator.bootstrap.application import Application
from curator.cli.output import json_option, progress, report, say
from curator.domain.errors import DeletionsNotAccepted
from curator.steps.desk.reconcile import reconcile


@click.command()
@click.option("--full", is_flag=True, help="Read every task, not only those changed since the last time.")
@click.option("--accept-deletions", is_flag=True, help="Take over deletions however many there are.")
@json_option
@click.pass_obj
def sync(application: Application, full: bool, accept_deletions: bool, as_json: bool) -> int:
    """Make the store equal to what Label Studio says, and tell what the webhooks had missed.

    Stops with exit code 3 where more would be deleted than the set share of the project.
    """
    for change in application.adopt_schema():
        say(f"label schema: {change}")
    try:
        with progress("sync") as tell:
            result = reconcile(application.receiver, application.hook, application.guard(accept_deletions), full, tell)
    except DeletionsNotAccepted as error:
        say(f"curator: {error}")
        return 3
    if result.reason:
        say(f"{result.reason}. Corrections arrive by reconciliation only: run `curator sync` regularly")
    if result.foreign:
        say(f"left alone, not this store's: {dict(result.foreign)}")
    report(
        {
            "missed": dict(result.missed),
            "applied": result.applied,
            "deliveries": dict(result.drained),
            "webhook_rearmed": result.webhook in ("created", "rearmed"),
        },
        as_json,
    )
    return 0
