"""The spans of a spaCy document as those of a label schema: what each layer is read from, and what nothing reads."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan

from curator.domain.errors import CuratorError
from curator.domain.label_names import LabelNames
from curator.domain.span import DUPLICATE_SPAN, Content, Problem, Span, predicted_value, span_order
from curator.spacy_models.opinion import scores_of

ENTITIES = "entities"
"""The layer that is read from `doc.ents` where no setting says otherwise."""

ENTS = "ents"
"""How settings name `doc.ents`; any other name is that of a span group."""

_USUAL = (ENTITIES, "events")

Known = tuple[float, str]
"""Score and rule of a span."""

OwnScore = Callable[[str, str, float | None], Known]
"""Gives score and rule of a span by its source, its label and the score that its component gave."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a pipeline's spans are read as those of a label schema.

    `labels` holds the labels that each layer may have; of a layer that it lacks, any. Those of `label_map` are
    renamed, those mapped to an empty name left out. What `names` knows as former is then read as the label of now, or
    left out; the shape says nothing of it, as stored predictions are read so too. `sources` names what a layer is read
    from, `ents` or a span group; where it names none, that is `doc.ents` for the layer of entities and the group of its
    own name for any other. What is `ignored` is not read. All else that a pipeline finds must be read by a layer.
    """

    layers: tuple[str, ...] = _USUAL
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: LabelNames = field(default_factory=lambda: LabelNames({}, {}))
    label_map: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def source(self, layer: str) -> str:
        """Return the name of what a layer is read from."""
        return self.sources.get(layer, ENTS if layer == ENTITIES else _source_name(layer))

    def shape(self) -> tuple[object, ...]:
        """Return what of it shapes the spans of a pipeline."""
        silent = sorted({self.source(layer) for layer in self.layers} & set(self.ignored))
        shape = (sorted(self.label_map.items()), sorted(self.sources.items()))
        # What layers there are as well; those of the usual ones leave the shape as it is.
        more = sorted((layer, self.source(layer)) for layer in self.layers if layer not in _USUAL)
        return (*shape, silent, more) if silent or more else shape


def content_of(doc: Doc, reading: Reading, pipeline: str, own_score: OwnScore) -> Content:
    """Return a document's spans in `span_order`, each with score and rule; of equal ones the likeliest.

    Its equals, and spans of nothing but white space, are among the problems. Raises CuratorError, naming the setting
    to change, for spans that no layer reads and for labels that the schema lacks.
    """
    groups = {name: group for name, group in _groups(doc) if name not in reading.ignored}
    _refuse_unread(groups, reading, pipeline)
    spans: dict[str, Span] = {}
    problems: list[Problem] = []
    for layer in reading.layers:
        for span in _spans(doc, layer, groups.get(reading.source(layer), ()), reading, pipeline, own_score):
            if span.start == span.end:
                problems.append(Problem("blank-span", predicted_value(span)))
                continue
            rival = spans.get(span.id)
            spans[span.id] = span if rival is None else max(rival, span, key=_likelihood)
            if rival is not None:
                problems.append(Problem(DUPLICATE_SPAN, predicted_value(min(span, rival, key=_likelihood))))
    return Content(tuple(sorted(spans.values(), key=span_order)), problems=tuple(problems))


def _likelihood(span: Span) -> tuple[float, str]:
    return (span.score or 0.0, span.rule or "")


def _groups(doc: Doc) -> Iterator[tuple[str, Sequence[SpacySpan]]]:
    yield ENTS, doc.ents
    yield from ((_source_name(name), list(group)) for name, group in doc.spans.items())


def _source_name(group: str) -> str:
    return f"spans.{group}" if group == ENTS else group


def _refuse_unread(groups: Mapping[str, Sequence[SpacySpan]], reading: Reading, pipeline: str) -> None:
    read = {reading.source(layer) for layer in reading.layers}
    for source, group in groups.items():
        count = sum(reading.label_map.get(span.label_, span.label_ or "-") != "" for span in group)
        if source in read or not count:
            continue
        place = "doc.ents" if source == ENTS else f"span group {source!r}"
        idle = (layer for layer in reading.layers if not groups.get(reading.source(layer)))
        layer = next(idle, reading.layers[0])
        raise CuratorError(
            f"the pipeline found {count} spans in {place} that no layer reads",
            pipeline,
            f'write {layer} = "{source}" under [pipeline.span_groups."{pipeline}"] to read them, '
            f'or "{pipeline}" = ["{source}"] under [pipeline.ignore] to leave them out',
        )


def _spans(
    doc: Doc,
    layer: str,
    group: Sequence[SpacySpan],
    reading: Reading,
    pipeline: str,
    own_score: OwnScore,
) -> Iterator[Span]:
    """Yield the spans of a layer as they come; those of white space alone are empty."""
    source = reading.source(layer)
    scores = scores_of(doc.spans[source]) if source in doc.spans and source != ENTS else None
    # What curator's own components leave of a span is under the layer that they know it by.
    marked = ENTITIES if source == ENTS else source
    marks: dict[Any, Any] = doc.user_data
    for at, span in enumerate(group):
        label = reading.label_map.get(span.label_, span.label_)
        if not label and span.label_ in reading.label_map:
            continue
        start, end = _trimmed_offsets(span)
        if label in reading.names.former.get(layer, ()):
            now = reading.names.now(layer, label, span.text).label
            if now is None:
                continue
            label = now
        _check(layer, label, reading, pipeline)
        known = marks.get(("curator", marked, span.start_char, span.end_char))
        score, rule = known or own_score(source, span.label_, None if scores is None else scores[at])
        yield Span(layer, start, end, label, round(float(score), 4), str(rule))


def _check(layer: str, label: str, reading: Reading, pipeline: str) -> None:
    known = reading.labels.get(layer)
    if label and (known is None or label in known):
        return
    what = f"label {label!r} of layer {layer} is not in the label schema"
    raise CuratorError(what, pipeline, f'map it under [pipeline.label_map."{pipeline}"], to "" to leave it out')


def _trimmed_offsets(span: SpacySpan) -> tuple[int, int]:
    """Return a span's character offsets without white space at its edges."""
    text = span.text
    start = span.start_char + len(text) - len(text.lstrip())
    return start, max(start, span.end_char - (len(text) - len(text.rstrip())))
