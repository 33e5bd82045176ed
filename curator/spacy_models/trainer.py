"""Training a pipeline from a dataset version."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as run_training
from spacy.util import load_config, registry
from thinc.api import Config

from curator.domain.errors import CuratorError, TooLittleData
from curator.domain.loss import Loss
from curator.spacy_models.corpus import NOT_LEARNT_LOG, example_of, read_records
from curator.spacy_models.matrix_products import numpy_products
from curator.spacy_models.model_facts import finished, name_model, trained_model
from curator.spacy_models.not_learnt import learners, write_ledger
from curator.spacy_models.reading import ENTITIES
from curator.spacy_models.training_folder import put_in_place, remove_abandoned, training_folder
from curator.steps.ports.pipelines import Trained, Training
from curator.steps.ports.progress import Progress

LEAST_TRAIN = 5
"""The least number of records with spans to train on."""

LEAST_DEV = 1
"""The least number of records with spans to choose the best pipeline by."""

_LOGGER = "curator.Progress.v1"
_log = logging.getLogger(__name__)


def train(
    training: Training, progress: Progress, *, least_train: int = LEAST_TRAIN, least_dev: int = LEAST_DEV
) -> Trained:
    """Train on train records, keep what does best on dev records, and return it with its scores; implements `Trainer`.

    The new folder becomes an ordinary spaCy pipeline at once, at the end; its `meta.json` tells its name and under
    `trained_from` what it was trained from, its `losses.json` what it could not learn from. The same records,
    configuration and library versions give the same scores. Components for layers that no train record has a span of
    are left out. Progress is told in steps. Raises TooLittleData, and CuratorError where the folder is there already
    and may not be replaced, where another process trains to it, or where the configuration cannot be used.
    """
    remove_abandoned(training.out.parent)
    known = _known(training)
    if known is not None:
        return known
    filled = _config(training)
    surveys = {split: _survey(Path(filled["paths"][split])) for split in ("train", "dev")}
    _refuse_too_little("train", surveys["train"], least_train, training.records)
    _refuse_too_little("dev", surveys["dev"], least_dev, training.records)
    leave_out_unlabelled(filled, surveys["train"].layers)
    with training_folder(training.out) as folder:
        # Another process may have trained it until now.
        known = _known(training)
        if known is not None:
            return known
        with numpy_products():
            return _train_in(folder, filled, training, progress)


def _known(training: Training) -> Trained | None:
    """Return the model that is there already. Raises CuratorError where anything is, and may not be replaced."""
    if training.replace:
        return trained_model(training)
    if training.out.exists():
        raise CuratorError("there is a trained pipeline already", str(training.out), "train to another folder")
    return None


def _train_in(folder: Path, filled: Config, training: Training, progress: Progress) -> Trained:
    settings = filled.setdefault("training", {})
    given = settings.get("logger", {"@loggers": "spacy.ConsoleLogger.v1"})
    settings["logger"] = _logger_to(progress, filled.interpolate()["training"].get("max_steps") or None)
    with _reported_later():
        nlp = _initialised(filled, training.config)
    name_model(nlp, training)
    losses = list(_losses(nlp, filled))
    output = folder / "output"
    output.mkdir()
    with _reported_later():
        run_training(nlp, output, stdout=io.StringIO(), stderr=io.StringIO())
    best = output / "model-best"
    _make_portable(best / "config.cfg", given)
    write_ledger(best, losses)
    trained = finished(training, best)
    put_in_place(best, training.out, folder)
    return trained


@contextmanager
def _reported_later() -> Iterator[None]:
    """Keep readers from telling what is not learnt from: whoever trains here is told at the end, and where it lies."""
    NOT_LEARNT_LOG.disabled = True
    try:
        yield
    finally:
        NOT_LEARNT_LOG.disabled = False


@dataclass(frozen=True, slots=True)
class _Survey:
    """How many records of a file have spans, and the layers they are in."""

    with_spans: int
    layers: frozenset[str]


def _survey(path: Path) -> _Survey:
    with_spans = 0
    layers: set[str] = set()
    for record in read_records(path):
        labelled = {layer for layer, spans in record.spans.items() if spans}
        with_spans += bool(labelled)
        layers |= labelled
    return _Survey(with_spans, frozenset(layers))


def _refuse_too_little(split: str, survey: _Survey, least: int, version_folder: Path) -> None:
    records, needed = survey.with_spans, max(least, 1)
    if records < needed:
        what = f"too few records with spans to train: {records} of at least {needed}"
        where, remedy = str(version_folder / f"{split}.jsonl"), "review more documents and export a new version"
        raise TooLittleData(what, where, remedy, split=split, records=records, needed=needed)


def _config(training: Training) -> Config:
    path = training.config
    overrides = {f"paths.{split}": str(training.records / f"{split}.jsonl") for split in ("train", "dev")}
    try:
        return load_config(path, overrides=overrides, interpolate=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CuratorError(f"training configuration cannot be read: {reason}", str(path), "mend it") from error


def leave_out_unlabelled(config: Config, layers: frozenset[str]) -> None:
    """Take those components out of a configuration's pipeline whose layer is not among the given ones.

    spaCy cannot initialise a component without labels.
    """
    kept = []
    for name in config["nlp"]["pipeline"]:
        component = config["components"][name]
        factory = component.get("factory")
        layer = ENTITIES if factory in ("ner", "beam_ner") else component.get("spans_key")
        if layer is None or layer in layers:
            kept.append(name)
        else:
            _log.warning("no span of layer %s to train on: component %s is left out", layer, name)
            del config["components"][name]
    config["nlp"]["pipeline"] = kept


def _losses(nlp: Language, config: Config) -> Iterator[Loss]:
    learning = learners(nlp)
    for split in ("train", "dev"):
        for record in read_records(Path(config["paths"][split])):
            example, losses = example_of(record, nlp)
            yield from losses if learning is None else learning.losses(record, example, losses)


def _initialised(filled: Config, path: Path) -> Language:
    try:
        return init_nlp(filled)
    except (ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise CuratorError(f"pipeline cannot be built: {reason}", str(path), "mend it") from error


def _logger_to(progress: Progress, total: int | None) -> dict[str, str]:
    """Return the configuration of a logger that tells steps to `progress`, and evaluations to the log."""

    def log_to(nlp: Language, stdout: Any, stderr: Any) -> tuple[Callable[[Any], None], Callable[[], None]]:
        done = 0

        def step(info: dict[str, Any] | None) -> None:
            nonlocal done
            done += 1
            progress(done if total is None else min(done, total), total)
            if info is not None:
                _log.info("step %s: score %.4f", info["step"], info["score"])

        return step, lambda: None

    # spaCy takes loggers by name only; the next training puts its own under this one.
    registry.loggers.register(_LOGGER, func=lambda: log_to)
    return {"@loggers": _LOGGER}


def _make_portable(path: Path, logger: Any) -> None:
    """Take out of a trained pipeline's configuration what only this run and this machine know."""
    config = Config().from_disk(path, interpolate=False)
    for split in ("train", "dev"):
        config["paths"][split] = None
    config["training"]["logger"] = logger
    config.to_disk(path)
