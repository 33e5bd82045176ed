"""`curator labels remove`."""

import click

from curator.bootstrap.context import Context
from curator.cli.labels.changing import dry_run_option, layer_and_label, tell
from curator.cli.output import json_option


@click.command()
@click.argument("label", metavar="LAYER/LABEL")
@dry_run_option
@json_option
@click.pass_obj
def remove(context: Context, label: str, dry_run: bool, as_json: bool) -> int:
    """Take a label out: its spans, and what is on them, are left out of exports from then on, as `label-removed`."""
    from curator.bootstrap.labels import change_labels
    from curator.domain.label_edits import remove_label

    layer, name = layer_and_label(label)
    return tell(change_labels(context, lambda value: [remove_label(value, layer, name)], dry_run), as_json)
