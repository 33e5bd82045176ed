"""What a trained model says of itself: what it was trained from, how well it did, and its name."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from spacy.language import Language

from curator.spacy_models.not_learnt import read_ledger
from curator.steps.ports.pipelines import Trained, Training

META = "meta.json"
_FROM = "trained_from"


def digests(config: Path, version_folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the configuration, the train and the dev records, by these names."""
    files = {"config": config, **{split: version_folder / f"{split}.jsonl" for split in ("train", "dev")}}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def name_model(nlp: Language, training: Training) -> None:
    """Let a pipeline's meta tell its name as a package, its version, and what it was trained from."""
    dataset = training.dataset
    nlp.meta["name"] = package_name(training.out.name if dataset is None else dataset.name)
    nlp.meta[_FROM] = _trained_from(training)
    if dataset is not None:
        nlp.meta["version"] = f"{dataset.number}.0.0"
        nlp.meta["description"] = f"Trained by curator from the dataset {dataset.name}@{dataset.number}"


def package_name(name: str) -> str:
    """Return a name as spaCy packages may have it: lower-case letters, digits and single underscores between them."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "pipeline"


def model_name(meta: Mapping[str, Any]) -> str:
    """Return what a trained pipeline is called: dataset and version, NAME-vN, else language and name of the package."""
    origin = meta.get(_FROM)
    if isinstance(origin, Mapping):
        dataset, version = origin.get("dataset"), origin.get("version")
        if isinstance(dataset, str) and dataset and isinstance(version, int):
            return f"{dataset}-v{version}"
    return f"{meta['lang']}_{meta['name']}"


def trained_model(training: Training) -> Trained | None:
    """Return the whole model that lies where a training would put one, if it was trained from just the same."""
    try:
        meta = orjson.loads((training.out / META).read_bytes())
        if meta[_FROM] != _trained_from(training) or not (training.out / "config.cfg").is_file():
            return None
        return Trained(training.out, meta["performance"], read_ledger(training.out), unchanged=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def finished(training: Training, folder: Path) -> Trained:
    """Return a model that was just trained into another folder, as it will be at its own."""
    scores = orjson.loads((folder / META).read_bytes())["performance"]
    return Trained(training.out, scores, read_ledger(folder))


def _trained_from(training: Training) -> dict[str, Any]:
    files, dataset = digests(training.config, training.records), training.dataset
    if dataset is None:
        return dict(files)
    return {**files, "dataset": dataset.name, "version": dataset.number, "digest": dataset.digest}
