"""Pipelines put to work: they predict, are measured, calibrated and trained."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import named_version, version_folder, version_storage
from curator.bootstrap.pipelines import load_pipeline, pipeline_source
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.stores import open_store
from curator.files.durable import replacing
from curator.files.records import read_records
from curator.steps.learning.evaluate import Evaluation
from curator.steps.learning.evaluate import evaluate as compare
from curator.steps.learning.preannotate import Preannotated, preannotate_stored
from curator.steps.learning.train import Model, model_of
from curator.steps.learning.train import train as train_version
from curator.steps.ports.pipelines import DatasetVersion, Training
from curator.steps.ports.progress import Progress


def preannotate(context: Context, name: str | None, workers: int | None, progress: Progress) -> Preannotated:
    """Predict every stored document that lacks it with a pipeline, which is in force from then on."""
    context.workspace.require()
    source = pipeline_source(context, name)
    pipeline = load_pipeline(context, source, workers)
    with open_store(context) as store:
        return preannotate_stored(pipeline, store, progress, source=source, configured=context.settings.pipeline.name)


def evaluate(context: Context, gold: Sequence[Path], name: str | None, workers: int | None) -> Evaluation:
    """Compare a pipeline's spans with those of the gold records of all files."""
    records = read_records(gold)
    pipeline = load_pipeline(context, pipeline_source(context, name), workers)
    return compare(pipeline, records, configured_schema(context).layer_names)


def write_mistakes(context: Context, evaluation: Evaluation, path: Path) -> None:
    """Write a page, whole in itself, of all that a pipeline got wrong."""
    from curator.web.mistakes_page import mistakes_page

    with replacing(path) as stream:
        stream.write(mistakes_page(evaluation, configured_schema(context)).encode())


def calibrate(context: Context, name: str | None, gold: Sequence[Path]) -> tuple[Path, int, int]:
    """Write the calibration table that a pipeline's configuration names, from gold.

    Returns the table, the number of gold records and that of their spans. Raises CuratorError where the pipeline has
    no calibrator.
    """
    from curator.spacy_models.calibrator import count_kept, table_of
    from curator.spacy_models.chances import write_counts

    records = read_records(gold)
    source = pipeline_source(context, name)
    table = table_of(source)
    counts = count_kept(source, records)
    with replacing(table) as stream:
        stream.write(write_counts(counts))
    return table, len(records), sum(count.seen for count in counts.values())


def train(context: Context, dataset: str, config: Path | None, out: Path | None, progress: Progress) -> Model:
    """Train a pipeline from a dataset version, NAME@N, by a config, else by the configured one, and register it.

    With `out` it is trained to that new folder and not registered; the dataset may then be a folder of its own.
    """
    from curator.spacy_models.trainer import train as train_spacy

    settings = context.settings.train
    trainer = partial(train_spacy, least_train=settings.min_train, least_dev=settings.min_dev)
    config = config or settings.config
    if out is not None:
        return model_of(out.name, trainer(_training(context, dataset, config, out), progress))
    with open_store(context) as store:
        return train_version(
            named_version(context, dataset),
            config,
            context.workspace.models,
            storage=version_storage(context),
            store=store,
            trainer=trainer,
            progress=progress,
        )


def _training(context: Context, dataset: str, config: Path, out: Path) -> Training:
    """Return what is trained to a folder of the user's: from a version, or from a folder of records."""
    if Path(dataset).is_dir():
        return Training(config, Path(dataset), out)
    ref = named_version(context, dataset)
    folder = version_folder(context, ref.name, ref.number)
    digest = str(version_storage(context).manifest(ref.name, ref.number)["digest"])
    return Training(config, folder, out, DatasetVersion(ref.name, ref.number, digest))
