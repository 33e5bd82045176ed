"""Records as spaCy documents, nothing of them lost."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

from curator_client.errors import PackageMissing
from curator_client.records import Record, Records
from curator_client.version import MANIFEST

try:
    import spacy
    from spacy.tokens import Doc, Span
except ImportError as error:
    what = f"spaCy is not installed: {error}"
    raise PackageMissing(what, "", "pip install 'curator-client[spacy]'") from error

ENTITIES = "entities"
"""The layer that is `doc.ents` where no two of its spans overlap."""
USER_DATA = "curator"
"""The key of `doc.user_data` under which a document has what spaCy has no place for."""


class Docs(Sequence[Doc]):
    """The documents of a split, each made of its record when it is asked for.

    The tokens are those of spaCy's blank pipeline of the language, cut wherever a span begins or ends inside one, so
    that every span is there. Entities are `doc.ents`, and where they overlap the span group of their name; every other
    layer is a span group. `doc.user_data["curator"]` has the record but for its text and spans. Where the version was
    exported without the layer of entities, whether a token is in one is missing.
    """

    def __init__(self, records: Records, nlp: Any, *, has_entities: bool) -> None:
        """Take the records and a pipeline, whose tokenizer is used."""
        self.records = records
        self._nlp = nlp
        self._has_entities = has_entities

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.records)

    def __iter__(self) -> Iterator[Doc]:
        """Yield the documents."""
        for record in self.records:
            yield self._doc(record)

    @overload
    def __getitem__(self, place: int) -> Doc: ...

    @overload
    def __getitem__(self, place: slice) -> list[Doc]: ...

    def __getitem__(self, place: int | slice) -> Doc | list[Doc]:
        """Return a document, or a list of some."""
        if isinstance(place, slice):
            return [self._doc(record) for record in self.records[place]]
        return self._doc(self.records[place])

    def _doc(self, record: Record) -> Doc:
        spans = record["spans"]
        begin, stop = ({span[side] for of_layer in spans.values() for span in of_layer} for side in ("start", "end"))
        # The tokenizer itself: a pipeline refuses long texts for the sake of its models.
        doc = _cut(self._nlp.tokenizer(record["text"]), begin, stop)
        starts = {token.idx: token.i for token in doc}
        ends = {token.idx + len(token): token.i + 1 for token in doc}
        made = {
            layer: [
                Span(doc, starts[span["start"]], ends[span["end"]], span["label"], span_id=span["id"])
                for span in of_layer
            ]
            for layer, of_layer in spans.items()
        }
        entities = made.pop(ENTITIES, [])
        # Of `doc.ents` none overlap, and one without a label is none.
        if _overlap(entities) or not all(span.label for span in entities):
            made[ENTITIES] = entities
            doc.set_ents([], default="missing")
        else:
            doc.set_ents(entities, default="outside" if self._has_entities else "missing")
        for layer, of_layer in made.items():
            doc.spans[layer] = of_layer
        doc.user_data[USER_DATA] = {key: value for key, value in record.items() if key not in ("text", "spans")}
        return doc


def docs(folder: Path, split: str | None) -> dict[str, Docs] | Docs:
    """Return the documents of a version's folder by split, or those of one."""
    from curator_client.load import records

    manifest = json.loads((folder / MANIFEST).read_bytes())
    nlp = _blank(str(manifest["schema"].get("language") or "xx"))
    taken = (manifest["rules"].get("filters") or {}).get("layers")
    has_entities = not taken or ENTITIES in taken
    of_splits = records(folder, split)
    if isinstance(of_splits, Records):
        return Docs(of_splits, nlp, has_entities=has_entities)
    return {name: Docs(of_split, nlp, has_entities=has_entities) for name, of_split in of_splits.items()}


def _blank(lang: str) -> Any:
    try:
        return spacy.blank(lang)
    except ImportError:
        # spaCy has no such language, or its tokenizer needs another package.
        return spacy.blank("xx")


def _cut(doc: Doc, begin: set[int], stop: set[int]) -> Doc:
    """Return a document of the same text with a token's border wherever a span begins or stops."""
    borders = sorted(begin | stop)
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        text, start = token.text, token.idx
        end = start + len(text)
        edges = [start, *borders[bisect_right(borders, start) : bisect_left(borders, end)], end]
        words += [text[left - start : right - start] for left, right in pairwise(edges)]
        # A space is no part of its token; one that a span holds at its edge is a token of its own.
        is_held = bool(token.whitespace_) and (end in begin or end + 1 in stop)
        words += [token.whitespace_] if is_held else []
        spaces += [False] * (len(edges) - 2) + ([False, False] if is_held else [bool(token.whitespace_)])
    return Doc(doc.vocab, words=words, spaces=spaces)


def _overlap(spans: list[Span]) -> bool:
    ordered = sorted((span.start, span.end) for span in spans)
    return any(left[1] > right[0] for left, right in pairwise(ordered))
