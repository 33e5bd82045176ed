"""`curator push`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, progress, report, say


@click.command()
@json_option
@click.pass_obj
def push(context: Context, as_json: bool) -> int:
    """Bring the Label Studio project up to date: labels, tasks, predictions, webhook, ML backend."""
    from curator.bootstrap.push import push as run

    with progress("push") as tell:
        published = run(context, say, tell)
    if published.reason:
        say(f"{published.reason}. Corrections arrive by reconciliation only: run `curator sync`")
    if published.ml_reason:
        say(f"the ML backend is not connected: {published.ml_reason}")
    report(
        {
            "project": published.project,
            "created": published.created,
            "updated": published.updated,
            "tasks": published.tasks,
            "predictions": published.predictions,
            "webhook": published.webhook,
            "ml_backend": published.ml_backend,
        },
        as_json,
    )
    return 3 if published.webhook == "refused" else 0
