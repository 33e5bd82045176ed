"""What a trained pipeline says of the same text, set beside what the rules say."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy
import spacy
from spacy.tokens import Doc, SpanGroup

_KEY = "curator_opinions"
_MOST_AT_ONCE = 200_000
"""Characters that the trained pipeline reads at once; a longer text is read in pieces that end with a line."""


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
        (read,) = self.pipe([doc], 1)
        return read

    def pipe(self, stream: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        """Yield the documents in order, a batch read at a time; a batch of long ones has fewer."""
        batch: list[Doc] = []
        size = 0
        for doc in stream:
            length = doc[-1].idx + len(doc[-1]) if len(doc) else 0
            if batch and (len(batch) == batch_size or size + length > _MOST_AT_ONCE):
                yield from self._read(batch)
                batch, size = [], 0
            batch.append(doc)
            size += length
        yield from self._read(batch)

    def _read(self, batch: Sequence[Doc]) -> Sequence[Doc]:
        if len(batch) == 1:
            pieces = list(_pieces(batch[0].text))
            # One at a time: what a network computes of a text takes some thousand times the text's own memory.
            batch[0].user_data[_KEY] = [opinion for start, piece in pieces for opinion in self._of_piece(start, piece)]
            return batch
        with self._nlp.memory_zone():
            read = self._nlp.pipe((doc.text for doc in batch), batch_size=max(1, len(batch)))
            for doc, read_doc in zip(batch, read, strict=True):
                doc.user_data[_KEY] = list(_opinions(read_doc, 0))
        return batch

    def _of_piece(self, start: int, text: str) -> list[Opinion]:
        with self._nlp.memory_zone():
            return list(_opinions(self._nlp(text), start))


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


def _opinions(read: Doc, offset: int) -> Iterator[Opinion]:
    """Yield the spans of a text that begins at a place of the document."""
    for span in read.ents:
        yield Opinion("entities", offset + span.start_char, offset + span.end_char, span.label_, None)
    for layer, group in read.spans.items():
        scores: Sequence[float | None] = scores_of(group) or [None] * len(group)
        for span, score in zip(group, scores, strict=True):
            yield Opinion(layer, offset + span.start_char, offset + span.end_char, span.label_, score)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield a text in pieces of bounded length, each with its place: cut behind a line, else a blank, else anywhere."""
    start = 0
    while len(text) - start > _MOST_AT_ONCE:
        last = start + _MOST_AT_ONCE
        end = text.rfind("\n", start, last) + 1 or text.rfind(" ", start, last) + 1 or last
        yield start, text[start:end]
        start = end
    yield start, text[start:]
