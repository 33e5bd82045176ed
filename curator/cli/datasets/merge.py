"""`curator datasets merge`."""

from pathlib import Path

import click

from curator.cli.datasets.diff import conflict_lines
from curator.cli.output import emit, flat, json_option

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("left", metavar="PATCH1", type=_FILE)
@click.argument("right", metavar="PATCH2", type=_FILE)
@click.option("--out", type=_FILE, required=True, help="The patch that is written.")
@json_option
@click.pass_context
def merge(context: click.Context, *, left: Path, right: Path, out: Path, as_json: bool) -> None:
    """Merge two patches from one version into one.

    Where both change the same thing otherwise, the conflicts are listed, nothing is written and the exit code is 3.
    """
    from curator.bootstrap.diffs import merge as run
    from curator.domain.patch_values import part_value

    conflicts = run(left, right, out)
    if as_json:
        listed = [
            {
                "document": conflict.document or None,
                "why": conflict.why,
                "left": part_value(conflict.left),
                "right": part_value(conflict.right),
            }
            for conflict in conflicts
        ]
        emit({"out": None if conflicts else str(out), "conflicts": listed})
    elif conflicts:
        for line in conflict_lines(conflicts):
            click.echo(flat(line))
    else:
        click.echo(f"merged: {out}")
    if conflicts:
        context.exit(3)
