"""The records of a dataset version as spaCy training examples, with a list of what they cannot hold."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.training import Example

from curator.domain.decision import Loss
from curator.domain.errors import CuratorError
from curator.domain.span import Span, misfit

ENTITIES = "entities"
"""The layer that is trained as `doc.ents`; every other one is trained as `doc.spans` under its own name."""

INSIDE_TOKEN = "boundary-inside-token"
OVERLAPS = "overlaps-longer-entity"
BLANK_EDGE = "blank-edge"
TEXT_DIFFERS = "text-differs"


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of one split of a dataset version. Raises CuratorError naming the line that is none."""
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                record = _object(line, f"{path}:{number}")
                if not isinstance(record.get("text"), str) or not isinstance(record.get("spans"), dict):
                    raise CuratorError("not a record: text or spans missing", f"{path}:{number}", "export it again")
                yield record
    except OSError as error:
        raise CuratorError(f"records cannot be read: {error.strerror}", str(path), "check the path") from error


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise CuratorError("not a JSON object", where, "export the version again") from error
    if not isinstance(value, dict):
        raise CuratorError("not a JSON object", where, "export the version again")
    return value


def corpus(path: Path) -> Callable[[Language], Iterator[Example]]:
    """Return what spaCy asks for as a corpus: a function from a pipeline to the examples of a file, in its order."""

    def examples(nlp: Language) -> Iterator[Example]:
        for record in read_records(path):
            yield example_of(record, nlp)[0]

    return examples


def example_of(record: Mapping[str, Any], nlp: Language) -> tuple[Example, list[Loss]]:
    """Return a record as an example, and the spans of it that are not learnt from.

    The reference is cut at every boundary of a span besides the tokenizer's own, so it holds each span where it is:
    one the tokenizer cannot reach counts as missed in every score, and its tokens as unknown (not as outside) in
    the training of entities.
    """
    text = record["text"]
    spans, losses = _usable(record)
    predicted = nlp.make_doc(text)
    reference = _cut(predicted, {offset for span in spans for offset in (span.start, span.end)})
    groups: dict[str, list[TokenSpan]] = {layer: [] for layer in record["spans"]}
    for span in spans:
        found = reference.char_span(span.start, span.end, label=span.label)
        if found is None:
            raise AssertionError(f"{span.id} is not on the boundaries it was cut at")
        groups[span.layer].append(found)
        if predicted.char_span(span.start, span.end) is None:
            losses.append((span, INSIDE_TOKEN))
    reference.set_ents(groups.pop(ENTITIES, []))
    for layer, group in groups.items():
        reference.spans[layer] = group
    return Example(predicted, reference), [
        loss_of(record, span.layer, {"start": span.start, "end": span.end, "label": span.label}, reason)
        for span, reason in losses
    ]


def _usable(record: Mapping[str, Any]) -> tuple[list[Span], list[tuple[Span, str]]]:
    usable: list[Span] = []
    losses: list[tuple[Span, str]] = []
    for layer, values in record["spans"].items():
        spans = [(Span(layer, value["start"], value["end"], value["label"]), value.get("text")) for value in values]
        fitting: list[Span] = []
        for span, told in spans:
            reason = _unfit(span, told, record["text"])
            if reason:
                losses.append((span, reason))
            else:
                fitting.append(span)
        if layer == ENTITIES:
            fitting, overlapping = _flat(fitting)
            losses.extend((span, OVERLAPS) for span in overlapping)
        usable.extend(fitting)
    return usable, losses


def loss_of(record: Mapping[str, Any], layer: str, span: Mapping[str, Any], reason: str) -> Loss:
    """Return the loss of a record's span, named by its layer, offsets and label."""
    item = {"layer": layer, "start": span["start"], "end": span["end"], "label": span["label"]}
    return Loss(str(record.get("id", "")), "span", item, reason)


def _unfit(span: Span, told: str | None, text: str) -> str | None:
    reason = misfit(span.start, span.end, text)
    if reason:
        return reason
    covered = text[span.start : span.end]
    if told is not None and told != covered:
        return TEXT_DIFFERS
    # spaCy takes no entity that begins or ends with white space.
    return BLANK_EDGE if covered != covered.strip() else None


def _flat(spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """Keep the longest, then the first, of spans that overlap."""
    kept: list[Span] = []
    left: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        (left if any(span.overlaps(other) for other in kept) else kept).append(span)
    return kept, left


def _cut(doc: Doc, offsets: set[int]) -> Doc:
    """Return a document of the same text whose tokens also end at the given offsets."""
    text = doc.text
    cuts = sorted(offsets)
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        start, end = token.idx, token.idx + len(token)
        edges = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
        words.extend(text[left:right] for left, right in pairwise(edges))
        spaces.extend([False] * (len(edges) - 2) + [bool(token.whitespace_)])
    return Doc(doc.vocab, words=words, spaces=spaces)
