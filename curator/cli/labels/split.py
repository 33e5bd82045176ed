"""`curator labels split`."""

import click

from curator.bootstrap.context import Context
from curator.cli.labels.changing import dry_run_option, layer_and_label, tell
from curator.cli.output import json_option


@click.command()
@click.argument("label", metavar="LAYER/LABEL")
@click.option("--into", metavar="A,B", required=True, help="The labels that it becomes.")
@click.option("--words", metavar="A=WORD,…", multiple=True, help="The covered texts that become A; repeatable.")
@dry_run_option
@json_option
@click.pass_obj
def split(context: Context, label: str, into: str, words: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Make one label several, each of the spans whose covered text --words gives it, whatever its case.

    Other spans of the label are left out of exports, as `label-was-split`, until a reviewer labels them anew.
    """
    from curator.bootstrap.labels import change_labels
    from curator.domain.label_edits import split_label

    layer, name = layer_and_label(label)
    targets: dict[str, list[str]] = {target.strip(): [] for target in into.split(",") if target.strip()}
    for given in words:
        target, sign, listed = given.partition("=")
        if not sign or target not in targets:
            raise click.BadParameter(f"{given!r} gives no label of --into its words, for example A=mot,autre mot")
        targets[target] += [word.strip() for word in listed.split(",") if word.strip()]
    return tell(change_labels(context, lambda value: split_label(value, layer, name, targets), dry_run), as_json)
