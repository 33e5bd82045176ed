"""`curator sync`."""

from typing import Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import flat, json_option, progress, report, say
from curator.cli.unsettled import tell_unsettled
from curator.domain.errors import DeletionsNotAccepted
from curator.steps.desk.foreign import remedy_for
from curator.steps.desk.report import ReconciliationReport


@click.command()
@click.option("--full", is_flag=True, help="Read every task, not only those changed since the last time.")
@click.option("--accept-deletions", is_flag=True, help="Take over all deletions, also those that are held.")
@click.option("--remove-doubled", is_flag=True, help="Remove surplus tasks of a document that nobody worked on.")
@json_option
@click.pass_obj
def sync(context: Context, full: bool, accept_deletions: bool, remove_doubled: bool, as_json: bool) -> int:
    """Make the store equal to what Label Studio says, and tell what the webhooks had missed.

    Where Label Studio seems to have been set back, everything is read. Where more is gone from it than the set share of
    the project, that is held, and the exit code is 3; so it is where a document has several tasks, or a project is gone
    whose annotations are current: they count until --accept-deletions lets them go.
    """
    from curator.bootstrap.receiving import sync as run

    with progress("sync") as tell:
        result = run(context, full, accept_deletions, say, tell, remove_doubled)
    if result.reason:
        say(f"{result.reason}. Corrections arrive by reconciliation only: run `curator sync` regularly")
    _tell(result)
    value: dict[str, Any] = {
        "missed": dict(result.missed),
        "applied": result.applied,
        "deliveries": dict(result.drained),
        "webhook_rearmed": result.webhook in ("created", "rearmed"),
        "unreadable": len(result.unreadable),
        "removed": len(result.removed),
    }
    if as_json:
        value["removed"] = result.removed
        value["reread"] = result.reread
        value["foreign"] = [{"task": task.task, "cause": task.cause} for task in result.foreign_tasks]
        value["doubled"] = [double.value() for double in result.doubled]
        value["gone"] = [gone.value() for gone in result.gone]
    if result.stopped is None:
        report(value, as_json)
        return 3 if result.doubled or result.gone else 0
    say(f"curator: {result.stopped}")
    if as_json:
        report({**value, "guard": _guard(result.stopped)}, as_json)
    return 3


def _tell(result: ReconciliationReport) -> None:
    if result.reread:
        say(result.reread)
    for task in result.foreign_tasks:
        say(flat(f"left alone: {task.name} ({task.cause}): {remedy_for(task.cause)}"))
    for annotation in result.unreadable:
        say(flat(f"cannot be read, and left as it was: {annotation.name} ({annotation.cause})"))
    tell_unsettled(result.doubled, result.gone)


def _guard(stopped: DeletionsNotAccepted) -> dict[str, int]:
    return {
        "project": stopped.project,
        "tasks_going": stopped.tasks_going,
        "tasks_known": stopped.tasks_known,
        "annotations_going": stopped.annotations_going,
        "annotations_known": stopped.annotations_known,
    }
