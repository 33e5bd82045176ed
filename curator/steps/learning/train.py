"""A dataset version into a trained pipeline."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.errors import CuratorError
from curator.steps.datasets.folder import refuse_changed
from curator.steps.ports.pipelines import Trainer
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A dataset version as users name it: NAME@N."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Model:
    """A registered pipeline; `unchanged` where it had been trained before."""

    name: str
    path: Path
    scores: Mapping[str, Any]
    unchanged: bool


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
) -> Model:
    """Train a pipeline from a version by a config and register it; the same version and config train once.

    It lies under `models` as NAME-vN-DIGEST, the digest being over both. Raises TooLittleData where a split has too
    few records, and CuratorError where there is no such version or config, or the version's folder was changed.
    """
    refuse_changed(ref.name, ref.number, store=store, storage=storage)
    manifest = storage.manifest(ref.name, ref.number)
    try:
        shape = hashlib.sha256(config.read_bytes() + str(manifest["digest"]).encode()).hexdigest()[:8]
    except OSError as error:
        what = f"training config cannot be read: {error.strerror}"
        raise CuratorError(what, str(config), "check --config") from error
    name = f"{ref.name}-v{ref.number}-{shape}"
    path = models / name
    with store.reading() as transaction:
        scores = transaction.models.scores(name)
    if scores is not None and path.exists():
        return Model(name, path, scores, unchanged=True)
    trained = trainer(config, storage.path(ref.name, ref.number), path, progress)
    with store.writing() as transaction:
        transaction.models.add(name, ref.name, ref.number, str(path), trained.scores)
    return Model(name, path, trained.scores, unchanged=False)
