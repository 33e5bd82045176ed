"""`curator push`."""

from typing import Any

import click

from curator.bootstrap.application import Application
from curator.bootstrap.push import push as run
from curator.cli.output import json_option, progress, report, say


@click.command()
@json_option
@click.pass_obj
def push(application: Application, as_json: bool) -> int:
    """Bring the Label Studio project up to date: labels, tasks, predictions, webhook, ML backend."""
    for change in application.adopt_schema():
        say(f"label schema: {change}")
    with progress("push") as tell:
        result = run(application, tell)
    value: dict[str, Any] = {
        "project": result.project,
        "created": result.created,
        "updated": result.updated,
        "tasks": result.tasks,
        "predictions": result.predictions,
        "webhook": result.webhook,
        "ml_backend": result.ml_backend,
    }
    if result.reason:
        say(f"{result.reason}. Corrections arrive by reconciliation only: run `curator sync`")
    if result.ml_reason:
        say(f"the ML backend is not connected: {result.ml_reason}")
    report(value, as_json)
    return 3 if result.webhook == "refused" else 0
