"""`curator train`."""

from functools import partial
from pathlib import Path

import click

from curator.bootstrap.application import Application
from curator.cli.output import json_option, progress, report, say
from curator.steps.learning.train import Model, dataset_ref
from curator.steps.learning.train import train as run


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
def train(application: Application, dataset: str, config: Path | None, out: Path | None, as_json: bool) -> None:
    """Train a spaCy pipeline from a dataset version."""
    from curator.spacy_models.trainer import train as trainer

    settings = application.settings.train
    chosen = config or settings.config
    trains = partial(trainer, least_train=settings.min_train, least_dev=settings.min_dev)
    with progress(f"train {dataset}") as tell:
        if out is not None:
            folder = Path(dataset) if Path(dataset).is_dir() else application.version_folder(dataset_ref(dataset))
            trained = trains(chosen, folder, out, tell)
            model = Model(out.name, trained.path, trained.scores, unchanged=False)
        else:
            model = run(
                dataset_ref(dataset),
                chosen,
                application.models,
                storage=application.storage,
                store=application.store,
                trainer=trains,
                progress=tell,
            )
    if as_json:
        facts = {"model": model.name, "path": str(model.path), "unchanged": model.unchanged}
        report({**facts, "scores": dict(model.scores)}, as_json)
        return
    _tell(model)


def _tell(model: Model) -> None:
    say("unchanged: trained before" if model.unchanged else "trained")
    click.echo(model.path)
    for layer, key in (("entities", "ents"), ("events", "spans_events")):
        values = [model.scores.get(f"{key}_{measure}") for measure in "prf"]
        if all(isinstance(value, float) for value in values):
            shown = "  ".join(f"{measure} {value:.3f}" for measure, value in zip("PRF", values, strict=True))
            click.echo(f"{layer} on dev  {shown}")
