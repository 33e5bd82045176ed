"""A dataset version into a trained pipeline."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import CuratorError
from curator.steps.freeze import VersionStorage
from curator.steps.ports import Progress, Trained
from curator.steps.store_ports import Store

Trainer = Callable[[Path, Path, Path, Progress], Trained]
"""Trains by a config, from a version's folder, into an output folder."""


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A dataset version as users name it: NAME@N."""

    name: str
    number: int


def dataset_ref(value: str) -> DatasetRef:
    """Read NAME@N. Raises CuratorError for anything else."""
    name, mark, number = value.rpartition("@")
    if not mark or not name or not number.removeprefix("v").isdecimal():
        raise CuratorError(f"{value!r} names no dataset version", "", "write NAME@N, e.g. news@1")
    return DatasetRef(name, int(number.removeprefix("v")))


def train(
    ref: DatasetRef,
    config: Path,
    models: Path,
    *,
    storage: VersionStorage,
    store: Store,
    trainer: Trainer,
    progress: Progress,
) -> Trained:
    """Train a pipeline from a version and register it; it lies under `models` as NAME-vN, replacing an earlier one.

    Raises TooLittleData where a split has too few records.
    """
    storage.manifest(ref.name, ref.number)
    model = f"{ref.name}-v{ref.number}"
    trained = trainer(config, storage.path(ref.name, ref.number), models / model, progress)
    with store.writing() as transaction:
        transaction.decisions.add_model(model, ref.name, ref.number, str(trained.path), trained.scores)
    return trained
