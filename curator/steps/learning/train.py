"""A dataset version into a trained pipeline."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.steps.datasets.folder import refuse_changed
from curator.steps.ports.pipelines import DatasetVersion, Trained, Trainer, Training
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class Model:
    """A trained pipeline; `unchanged` where it had been trained before.

    `not_learnt` counts the spans that it could not learn from or be measured on, by reason.
    """

    name: str
    path: Path
    scores: Mapping[str, Any]
    unchanged: bool
    not_learnt: Mapping[str, int]


def model_of(name: str, trained: Trained) -> Model:
    """Return a trained pipeline under a name."""
    counts = Counter(loss.reason for loss in trained.losses)
    return Model(name, trained.path, trained.scores, trained.unchanged, dict(sorted(counts.items())))


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

    It lies under `models` as NAME-vN-DIGEST, the digest being over both. However a run ends, the next one goes on from
    there: what it trained whole is registered, what it left otherwise is trained anew. Raises TooLittleData where a
    split has too few records, and CuratorError where there is no such version or config, where the version's folder
    was changed, or where another process trains it.
    """
    refuse_changed(ref.name, ref.number, store=store, storage=storage)
    manifest = storage.manifest(ref.name, ref.number)
    version = DatasetVersion(ref.name, ref.number, str(manifest["digest"]))
    try:
        shape = hashlib.sha256(config.read_bytes() + version.digest.encode()).hexdigest()[:8]
    except OSError as error:
        what = f"training config cannot be read: {error.strerror}"
        raise CuratorError(what, str(config), "check --config") from error
    name = f"{version}-{shape}"
    records = storage.path(ref.name, ref.number)
    trained = trainer(Training(config, records, models / name, version, replace=True), progress)
    with store.reading() as transaction:
        known = transaction.models.scores(name)
    if known != trained.scores:
        with store.writing() as transaction:
            transaction.models.add(name, ref.name, ref.number, str(trained.path), trained.scores)
    return model_of(name, trained)
