"""`curator push`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, progress, report, say
from curator.cli.unsettled import tell_unsettled


@click.command()
@json_option
@click.pass_obj
def push(context: Context, as_json: bool) -> int:
    """Bring the Label Studio project up to date: labels, tasks, predictions, webhook, ML backend.

    One push at a time: another one is waited for. The exit code is 3 where Label Studio refuses the webhook, a document
    has several tasks, or a project is gone whose annotations are current.
    """
    from curator.bootstrap.push import push as run

    with progress("push") as tell:
        published = run(context, say, tell)
    if published.reason:
        say(f"{published.reason}. Corrections arrive by reconciliation only: run `curator sync`")
    if published.ml_reason:
        say(f"the ML backend is not connected: {published.ml_reason}")
    tell_unsettled(published.doubled, published.gone)
    report(
        {
            "project": published.project,
            "created": published.created,
            "updated": published.updated,
            "tasks": published.tasks,
            "predictions": published.predictions,
            "sent_for_review": published.sent_for_review,
            "webhook": published.webhook,
            "ml_backend": published.ml_backend,
            "doubled": len(published.doubled),
            "gone": len(published.gone),
        },
        as_json,
    )
    return 3 if published.webhook == "refused" or published.doubled or published.gone else 0
