"""`curator labels rename`."""

import click

from curator.bootstrap.context import Context
from curator.cli.labels.changing import dry_run_option, layer_and_label, tell
from curator.cli.output import json_option


@click.command()
@click.argument("label", metavar="LAYER/LABEL")
@click.argument("new", metavar="NEW")
@dry_run_option
@json_option
@click.pass_obj
def rename(context: Context, label: str, new: str, dry_run: bool, as_json: bool) -> int:
    """Give a label another name, everywhere but in what is written already.

    The schema file is edited in place and Label Studio brought up to date; annotations, predictions and pipelines that
    know the old name are read under the new one.
    """
    from curator.bootstrap.labels import change_labels
    from curator.domain.label_edits import rename_label

    layer, old = layer_and_label(label)
    return tell(change_labels(context, lambda value: [rename_label(value, layer, old, new)], dry_run), as_json)
