"""`curator train`."""

from pathlib import Path

import click

from curator.bootstrap.application import Application
from curator.cli.output import json_option, progress, report
from curator.steps.train import dataset_ref
from curator.steps.train import train as run


@click.command()
@click.argument("dataset", metavar="NAME@N")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="spaCy training config.")
@json_option
@click.pass_obj
def train(application: Application, dataset: str, config: Path | None, as_json: bool) -> None:
    """Train a spaCy pipeline from a dataset version."""
    from curator.spacy_models.trainer import train as trainer

    settings = application.settings.train
    with progress(f"train {dataset}") as tell:
        trained = run(
            dataset_ref(dataset),
            config or settings.config,
            settings.models,
            storage=application.storage,
            store=application.store,
            trainer=trainer,
            progress=tell,
        )
    report({"model": trained.path.name, "path": str(trained.path), "scores": dict(trained.scores)}, as_json)
