"""What a trained pipeline says of the same text, set beside what the rules say."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import numpy
import spacy
from spacy.tokens import Doc, SpanGroup

_KEY = "curator_opinions"


class Opinion(NamedTuple):
    """A span that the trained pipeline found, in character offsets."""

    layer: str
    start: int
    end: int
    label: str
    score: float | None


class TrainedOpinion:
    """Leaves a trained pipeline's spans in the document for the calibrator; the document's own stay as they are.

    Entities are those of `doc.ents`; every group of `doc.spans` is a layer of its name. The trained pipeline reads the
    text with its own tokenizer.
    """

    def __init__(self, path: str) -> None:
        self._nlp = spacy.load(Path(path))
        self._nlp.max_length = 2**31 - 1

    def __call__(self, doc: Doc) -> Doc:
        with self._nlp.memory_zone():
            return _with_opinions(doc, self._nlp(doc.text))

    def pipe(self, stream: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        """Yield the documents in order, a batch read at a time."""
        waiting = iter(stream)
        while batch := list(islice(waiting, batch_size)):
            with self._nlp.memory_zone():
                read = self._nlp.pipe((doc.text for doc in batch), batch_size=batch_size)
                kept = list(map(_with_opinions, batch, read))
            yield from kept


def opinions(doc: Doc) -> list[Opinion] | None:
    """Return what the trained pipeline said of a document, or None where none was asked."""
    return cast(list[Opinion] | None, doc.user_data.get(_KEY))


def forget(doc: Doc) -> None:
    """Take the trained pipeline's spans out of a document."""
    doc.user_data.pop(_KEY, None)


def scores_of(group: SpanGroup) -> list[float] | None:
    """Return the score that a component gave each span of a group, or None where it gave none."""
    scores = group.attrs.get("scores")
    # One column or one number a span, as the component has it.
    return None if scores is None else cast(list[float], numpy.asarray(scores).reshape(-1).tolist())


def _with_opinions(doc: Doc, read: Doc) -> Doc:
    opinions = [Opinion("entities", span.start_char, span.end_char, span.label_, None) for span in read.ents]
    for layer, group in read.spans.items():
        scores: Sequence[float | None] = scores_of(group) or [None] * len(group)
        opinions += (
            Opinion(layer, span.start_char, span.end_char, span.label_, score)
            for span, score in zip(group, scores, strict=True)
        )
    doc.user_data[_KEY] = opinions
    return doc
