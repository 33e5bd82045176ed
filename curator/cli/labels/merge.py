"""`curator labels merge`."""

import click

from curator.bootstrap.context import Context
from curator.cli.labels.changing import dry_run_option, one_layer, tell
from curator.cli.output import json_option


@click.command()
@click.argument("names", metavar="LAYER/LABEL…", nargs=-1, required=True)
@click.option("--into", metavar="NAME", required=True, help="The label that they become: one of theirs, or a new one.")
@dry_run_option
@json_option
@click.pass_obj
def merge(context: Context, names: tuple[str, ...], into: str, dry_run: bool, as_json: bool) -> int:
    """Make several labels of a layer one; of equal spans one is left."""
    from curator.bootstrap.labels import change_labels
    from curator.domain.label_edits import merge_labels

    layer, merged = one_layer(names)
    return tell(change_labels(context, lambda value: merge_labels(value, layer, merged, into), dry_run), as_json)
