"""Training a pipeline from a dataset version."""

import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from spacy.language import Language
from spacy.pipeline import EntityRecognizer, SpanCategorizer
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as run_training
from spacy.util import load_config, registry
from thinc.api import Config

from curator.domain.errors import CuratorError, TooLittleData
from curator.domain.loss import Loss, span_loss
from curator.domain.record import Record
from curator.domain.span import Span
from curator.spacy_models.corpus import ENTITIES, example_of, read_records
from curator.steps.ports.pipelines import Trained
from curator.steps.ports.progress import Progress

LEAST_TRAIN = 5
"""The least number of records with spans to train on."""

LEAST_DEV = 1
"""The least number of records with spans to choose the best pipeline by."""

NOT_SUGGESTED = "longer-than-suggested"
NO_COMPONENT = "no-component-for-layer"

_LOGGER = "curator.Progress.v1"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainedPipeline(Trained):
    """A trained pipeline, with the spans of train and dev that it could not learn from or be measured on."""

    losses: tuple[Loss, ...] = ()


def train(
    config: Path,
    version_folder: Path,
    out: Path,
    progress: Progress,
    *,
    least_train: int = LEAST_TRAIN,
    least_dev: int = LEAST_DEV,
) -> TrainedPipeline:
    """Train on a version's train records, keep what does best on its dev records, and return it with its scores.

    `out` becomes an ordinary spaCy pipeline folder at once, at the end, named as the folder is; its `meta.json` tells
    under `trained_from` the SHA-256 of what it was trained from. The same records, configuration and library versions
    give the same scores. Components for layers that no train record has a span of are left out. Progress is told in
    steps. Raises TooLittleData, and CuratorError where `out` is there already or the configuration cannot be used.
    """
    if out.exists():
        raise CuratorError("there is a trained pipeline already", str(out), "train to another folder")
    filled = _config(config, version_folder)
    surveys = {split: _survey(Path(filled["paths"][split])) for split in ("train", "dev")}
    _refuse_too_little("train", surveys["train"], least_train, version_folder)
    _refuse_too_little("dev", surveys["dev"], least_dev, version_folder)
    training = filled.setdefault("training", {})
    given = training.get("logger", {"@loggers": "spacy.ConsoleLogger.v1"})
    leave_out_unlabelled(filled, surveys["train"].layers)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        training["logger"] = _logger_to(progress, filled.interpolate()["training"].get("max_steps") or None)
        nlp = _initialised(filled, config)
        nlp.meta["name"] = out.name
        nlp.meta["trained_from"] = digests(config, version_folder)
        losses = tuple(_losses(nlp, filled))
        run_training(nlp, Path(folder), stdout=io.StringIO(), stderr=io.StringIO())
        best = Path(folder) / "model-best"
        _make_portable(best / "config.cfg", given)
        scores = orjson.loads((best / "meta.json").read_bytes())["performance"]
        os.rename(best, out)
    return TrainedPipeline(out, scores, losses)


def digests(config: Path, version_folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the configuration, the train and the dev records, by these names."""
    files = {"config": config, **{split: version_folder / f"{split}.jsonl" for split in ("train", "dev")}}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


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


def _config(path: Path, version_folder: Path) -> Config:
    overrides = {f"paths.{split}": str(version_folder / f"{split}.jsonl") for split in ("train", "dev")}
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
    components = [component for _, component in nlp.pipeline]
    suggesters = {
        component.key: component.suggester for component in components if isinstance(component, SpanCategorizer)
    }
    layers = set(suggesters) | {ENTITIES for component in components if isinstance(component, EntityRecognizer)}
    for split in ("train", "dev"):
        for record in read_records(Path(config["paths"][split])):
            example, losses = example_of(record, nlp)
            yield from (loss for loss in losses if loss.item["layer"] in layers)
            for layer, suggester in suggesters.items():
                yield from _not_suggested(record, example, layer, suggester)
            for layer in sorted(set(record.spans) - layers):
                yield from (span_loss(record.id, span, NO_COMPONENT) for span in record.spans[layer])


def _not_suggested(record: Record, example: Example, layer: str, suggester: Any) -> Iterator[Loss]:
    """Yield the spans on token boundaries that the component will never be asked about, being too long."""
    suggested = {(int(start), int(end)) for start, end in suggester([example.predicted]).dataXd}
    for span in example.reference.spans.get(layer, ()):
        reached = example.predicted.char_span(span.start_char, span.end_char)
        if reached is not None and (reached.start, reached.end) not in suggested:
            long = Span(layer, span.start_char, span.end_char, span.label_)
            yield span_loss(record.id, long, NOT_SUGGESTED)


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
