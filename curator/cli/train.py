"""`curator train`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curator.bootstrap.context import Context
from curator.bootstrap.stopping import terminable
from curator.cli.output import json_option, progress, report, say

if TYPE_CHECKING:
    from curator.steps.learning.train import Model


@click.command()
@click.argument("dataset", metavar="NAME@N")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="spaCy training config.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Train to this new folder and register nothing; NAME@N may then be a folder of train.jsonl and dev.jsonl.",
)
@json_option
@click.pass_obj
def train(context: Context, dataset: str, config: Path | None, out: Path | None, as_json: bool) -> None:
    """Train a spaCy pipeline from a dataset version."""
    from curator.bootstrap.learning import train as run

    # Signals end the training as Ctrl-C does, so that it leaves nothing behind.
    with terminable(), progress(f"train {dataset}", piped=True) as tell:
        model = run(context, dataset, config, out, tell)
    if as_json:
        facts = {"model": model.name, "path": str(model.path), "unchanged": model.unchanged}
        report({**facts, "scores": dict(model.scores), "not_learnt": dict(model.not_learnt)}, as_json)
        return
    _tell(model)


def _tell(model: "Model") -> None:
    say("unchanged: trained before" if model.unchanged else "trained")
    click.echo(model.path)
    if model.not_learnt:
        reasons = ", ".join(f"{reason} {count}" for reason, count in model.not_learnt.items())
        click.echo(f"not learnt  {sum(model.not_learnt.values())} spans ({reasons}): see {model.path / 'losses.json'}")
    for layer, key in (("entities", "ents"), ("events", "spans_events")):
        values = [model.scores.get(f"{key}_{measure}") for measure in "prf"]
        if all(isinstance(value, float) for value in values):
            shown = "  ".join(f"{measure} {value:.3f}" for measure, value in zip("PRF", values, strict=True))
            click.echo(f"{layer} on dev  {shown}")
