"""`curator datasets patch`."""

from pathlib import Path

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, json_option, say


@click.command()
@click.argument("version", metavar="A")
@click.argument("patch_file", metavar="PATCH.json", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the records to this new folder; it is no version.")
@click.option("--apply", "applies", is_flag=True, help="Apply it to the store, as revisions of a source.")
@click.option("--annotator", metavar="NAME", help="Who the revisions are by.")
@click.option("--source", metavar="NAME", default="patch", show_default=True, help="The source of the revisions.")
@json_option
@click.pass_context
def patch(
    click_context: click.Context,
    *,
    version: str,
    patch_file: Path,
    out: Path | None,
    applies: bool,
    annotator: str | None,
    source: str,
    as_json: bool,
) -> None:
    """Apply a patch of `datasets diff` to the version A (NAME@N) that it was made from.

    With --out the records are written as the patch makes them. With --apply the store is changed, so that the next
    export holds it: of the policy `latest` the revisions count as made now. What they cannot say or do not outrank is
    told, and the exit code is then 3.
    """
    if applies == (out is not None):
        raise click.UsageError("give either --out DIR or --apply")
    if applies != (annotator is not None):
        raise click.UsageError("--apply and --annotator NAME go together")
    context: Context = click_context.obj
    if out is not None:
        from curator.bootstrap.diffs import patch_to_folder

        counts = patch_to_folder(context, version, patch_file, out)
        if as_json:
            emit({"path": str(out), "version": None, "records": counts})
        else:
            click.echo(f"{out}: {', '.join(f'{split} {count}' for split, count in counts.items())}; no version")
        return
    from curator.bootstrap.patches import apply_patch

    applied = apply_patch(context, version, patch_file, source, annotator or "", say)
    left_out = {what: count for what, count in applied.left_out.items() if count}
    if as_json:
        facts = {"applied": applied.applied, "unchanged": applied.unchanged}
        emit({**facts, "outranked": applied.outranked, "left_out": left_out})
    else:
        click.echo(f"applied to {applied.applied} documents, {applied.unchanged} were so already")
        for document in applied.outranked:
            click.echo(f"outranked: {document} is decided otherwise, see `curator datasets patch --help`")
        for what, count in left_out.items():
            click.echo(f"left out: {count} {what}, which revisions of annotations cannot say")
    if applied.outranked or left_out:
        click_context.exit(3)
