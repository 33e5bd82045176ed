"""`curator annotators list`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, json_option


@click.command("list")
@json_option
@click.pass_obj
def list_annotators(context: Context, as_json: bool = False) -> None:
    """List every account with what it has reviewed and skipped, and its mean time per document."""
    from curator.bootstrap.annotators import list_annotators as run

    listed = run(context)
    if as_json:
        emit(
            [
                {
                    "annotator": progress.name,
                    "reviewed": progress.reviewed,
                    "skipped": progress.skipped,
                    "seconds": round(progress.seconds, 1),
                    "last": progress.last_activity,
                }
                for progress in listed
            ]
        )
        return
    width = max((len(progress.name) for progress in listed), default=0)
    for progress in listed:
        mean = "" if progress.mean_lead_time is None else f"{progress.mean_lead_time:.0f} s each"
        counts = f"{progress.reviewed} reviewed, {progress.skipped} skipped"
        click.echo(f"{progress.name:<{width}}  {counts}  {mean}".rstrip())
