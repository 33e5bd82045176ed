"""`curator sync`."""

from typing import Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, progress, report, say
from curator.domain.errors import DeletionsNotAccepted


@click.command()
@click.option("--full", is_flag=True, help="Read every task, not only those changed since the last time.")
@click.option("--accept-deletions", is_flag=True, help="Take over all deletions, also those that are held.")
@json_option
@click.pass_obj
def sync(context: Context, full: bool, accept_deletions: bool, as_json: bool) -> int:
    """Make the store equal to what Label Studio says, and tell what the webhooks had missed.

    Where more is gone from Label Studio than the set share of the project, that is held, and the exit code is 3.
    """
    from curator.bootstrap.receiving import sync as run

    with progress("sync") as tell:
        result = run(context, full, accept_deletions, say, tell)
    if result.reason:
        say(f"{result.reason}. Corrections arrive by reconciliation only: run `curator sync` regularly")
    if result.foreign:
        say(f"left alone, not this store's: {dict(result.foreign)}")
    for annotation in result.unreadable:
        say(f"cannot be read, and left as it was: {annotation.name} ({annotation.cause})")
    value: dict[str, Any] = {
        "missed": dict(result.missed),
        "applied": result.applied,
        "deliveries": dict(result.drained),
        "webhook_rearmed": result.webhook in ("created", "rearmed"),
        "unreadable": len(result.unreadable),
    }
    if result.stopped is None:
        report(value, as_json)
        return 0
    say(f"curator: {result.stopped}")
    if as_json:
        report({**value, "guard": _guard(result.stopped)}, as_json)
    return 3


def _guard(stopped: DeletionsNotAccepted) -> dict[str, int]:
    return {
        "project": stopped.project,
        "tasks_going": stopped.tasks_going,
        "tasks_known": stopped.tasks_known,
        "annotations_going": stopped.annotations_going,
        "annotations_known": stopped.annotations_known,
    }
