"""How the commands that change labels take their names, and tell what came of it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from curator.cli.output import emit, flat, say

if TYPE_CHECKING:
    from curator.bootstrap.labels import ChangedLabels

_F = TypeVar("_F", bound=Callable[..., Any])


def dry_run_option(command: _F) -> _F:
    """Give a command the option `--dry-run`."""
    return click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")(command)


def layer_and_label(name: str) -> tuple[str, str]:
    """Return layer and label of LAYER/LABEL. Raises BadParameter for anything else."""
    layer, slash, label = name.partition("/")
    if not layer or not slash or not label.strip():
        raise click.BadParameter(f"{name!r} is no LAYER/LABEL, for example entities/PER")
    return layer, label


def one_layer(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the layer of several labels, and their names. Raises BadParameter where it is not one."""
    pairs = [layer_and_label(name) for name in names]
    layers = {layer for layer, _ in pairs}
    if len(layers) != 1:
        raise click.BadParameter("the labels are of several layers")
    return layers.pop(), [label for _, label in pairs]


def tell(changed: "ChangedLabels", as_json: bool) -> int:
    """Tell what a change of labels did, or would do; returns the exit code."""
    code = 3 if changed.refused_webhook else 0
    if as_json:
        emit(changed.value())
        return code
    for change in changed.changes or ["nothing to change"]:
        click.echo(flat(change))
    for (layer, label), count in sorted(changed.spans.items()):
        click.echo(flat(f"  {layer}/{label}: {count} spans in current annotations"))
    if changed.dry_run:
        click.echo(f"  {changed.predictions} predictions of unreviewed tasks would be rewritten in Label Studio")
        click.echo(flat(f"  {changed.file} would be edited; nothing was changed"))
    elif changed.pushed:
        click.echo(f"  {changed.predictions} predictions of unreviewed tasks rewritten in Label Studio")
        say("annotations in Label Studio keep the labels that they were given, and are read as the labels of now")
    elif changed.pending:
        say(f"{changed.pending}: `curator push` brings the change to Label Studio, then it is in force")
    return code
