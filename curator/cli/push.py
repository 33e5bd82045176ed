"""`curator push`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import flat, json_option, progress, report, say
from curator.cli.unsettled import tell_unsettled

_SHOWN = 20


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
    for lost in published.attributes_not_sent[:_SHOWN]:
        say(flat(str(lost)))
    if len(published.attributes_not_sent) > _SHOWN:
        say(f"{len(published.attributes_not_sent) - _SHOWN} more attributes cannot be reviewed: --json names them")
    tell_unsettled(published.doubled, published.gone)
    not_sent = len(published.attributes_not_sent)
    report(
        {
            "project": published.project,
            "created": published.created,
            "updated": published.updated,
            "tasks": published.tasks,
            "predictions": published.predictions,
            "sent_for_review": published.sent_for_review,
            "attributes_not_sent": [lost.value() for lost in published.attributes_not_sent] if as_json else not_sent,
            "webhook": published.webhook,
            "ml_backend": published.ml_backend,
            "doubled": len(published.doubled),
            "gone": len(published.gone),
        },
        as_json,
    )
    return 3 if published.webhook == "refused" or published.doubled or published.gone else 0
