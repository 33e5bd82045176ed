"""`curator datasets tag` and `curator datasets tags`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option


@click.command()
@click.argument("version", metavar="NAME@N")
@click.argument("name", metavar="TAG")
@json_option
@click.pass_obj
def tag(context: Context, version: str, name: str, as_json: bool) -> None:
    """Set a tag to a version: NAME@TAG is then that version wherever NAME@N is asked for. A tag can be set anew."""
    from curator.bootstrap.diffs import tag as run

    tagged = run(context, version, name)
    if as_json:
        facts = {"dataset": tagged.ref.name, "tag": tagged.tag, "version": tagged.ref.number}
        emit({**facts, "before": tagged.before})
        return
    before = "" if tagged.before in (None, tagged.ref.number) else f" (was @{tagged.before})"
    click.echo(f"{tagged.ref.name}@{tagged.tag} is {tagged.ref}{before}")


@click.command()
@click.argument("dataset", metavar="NAME", required=False)
@json_option
@click.pass_obj
def tags(context: Context, dataset: str | None, as_json: bool) -> None:
    """List the tags of a dataset, or of all, with everything that they were set to; the last of each holds."""
    from curator.bootstrap.diffs import tags as run

    history = run(context, dataset)
    if as_json:
        emit([{"dataset": tag.dataset, "tag": tag.name, "version": tag.number, "at": tag.at} for tag in history])
        return
    last = {(tag.dataset, tag.name): tag for tag in history}
    for tag in history:
        holds = "" if last[tag.dataset, tag.name] is tag else "  (no longer)"
        click.echo(flat(f"{tag.dataset}@{tag.name}  @{tag.number}  since {tag.at}{holds}"))
