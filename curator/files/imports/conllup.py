"""CoNLL-U Plus: our own, with a column a layer, or that of others with a column of tags for named entities.

The text is put together of the words and what `MISC` says of the white space around them. Plain CoNLL-U has no column
for spans.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from curator.domain.canonical import is_own, too_large
from curator.domain.document import split_named
from curator.domain.errors import InputRefused
from curator.files.imports.conllup_sentences import PlusSentence, sentences
from curator.files.imports.storable import storable
from curator.files.imports.tags import TagScheme
from curator.steps.intake.chosen_files import chosen_files
from curator.steps.ports.imports import (
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
)

_EXTENSIONS = (".conllup", ".conllu", ".conllu-plus")
_OWN_COLUMN = "CURATOR:"
_TAG_COLUMNS = frozenset({"NER", "NE", "NE_TAG", "NER_TAG", "NERTAG", "ENTITY", "NAMEDENTITY", "BIO", "IOB"})
_BEGINS = ("newdoc", "newdoc id")


def conllup(parts: ImportParts) -> ImportFormat:
    """Return the format: a file of documents, of which one begins at each comment `newdoc`."""

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in chosen_files(files, "file of CoNLL-U Plus", _EXTENSIONS):
            yield ImportPart(files.shown(name), _documents(files, name, parts.max_text))

    return ImportFormat("conllup", read)


def _documents(files: ImportFiles, file: str, limit: int) -> Iterator[ImportedDocument]:
    document: _Document | None = None
    layers: Sequence[str] = ()
    scheme, split = TagScheme(), split_named(file)
    for sentence in sentences(files, file, limit):
        layers = sentence.comments.get("layers", " ".join(layers)).split()
        if document is None or any(name in sentence.comments for name in _BEGINS):
            if document is not None:
                yield document.read(split, limit)
            document = _Document(sentence, scheme)
        document.take(sentence, layers, limit)
    if document is not None:
        yield document.read(split, limit)


class _Document:
    """A document whose sentences are read one after the other."""

    def __init__(self, first: PlusSentence, scheme: TagScheme) -> None:
        self._name = first.name
        self._first = first
        self._scheme = scheme
        named = unquote(next((first.comments[name] for name in reversed(_BEGINS) if name in first.comments), ""))
        self._facts = _facts(first) if "document" in first.comments else {"id": named}
        self._pieces: list[str] = []
        self._size = 0
        self._spans: list[dict[str, Any]] = []
        self._hash = hashlib.sha256()
        self._is_own = "document" in first.comments

    def take(self, sentence: PlusSentence, layers: Sequence[str], limit: int) -> None:
        """Add a sentence to the text, with its spans."""
        self._hash.update(sentence.raw.encode("utf-8", "surrogatepass"))
        borders: list[tuple[int, int]] = []
        before = self._size
        for token in sentence.words:
            if token.joined:
                borders.append(borders[-1])
                continue
            self._add(token.before)
            start = self._size
            self._add(token.form)
            borders.append((start, self._size))
            self._add(token.after)
        if not self._is_own and (text := sentence.comments.get("text")) is not None:
            made = "".join(token.form for token in sentence.words)
            if "".join(text.split()) != "".join(made.split()):
                raise InputRefused("words do not make the text of the comment", sentence.name, "correct either")
        if self._size > limit:
            raise InputRefused(too_large(limit).what, self._name, "begin each document with # newdoc", limit=limit)
        own = [place for place, column in enumerate(sentence.columns) if column.startswith(_OWN_COLUMN)]
        tagged = [place for place, column in enumerate(sentence.columns) if _is_of_tags(column)]
        if not own and not tagged:
            columns = ", ".join(sentence.columns)
            remedy = "give CoNLL-U Plus that has a column of tags, NER"
            raise InputRefused(f"no column holds spans; there are {columns}", sentence.name, remedy)
        if own and len(layers) != len(own):
            raise InputRefused("comment 'layers' does not name the columns' layers", sentence.name, "restore it")
        if borders and before < self._size:
            for layer, place in zip(layers, own, strict=False):
                self._take_marks(sentence, layer, place, borders)
            for place in tagged:
                self._take_tags(sentence, place, borders)

    def _add(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)

    def _take_marks(self, sentence: PlusSentence, layer: str, place: int, borders: list[tuple[int, int]]) -> None:
        """Take spans that are numbered: `1:LABEL` at the first token of one, `1` at its others."""
        spans: dict[str, dict[str, Any]] = {}
        lasts: dict[str, int] = {}
        for at, token in enumerate(sentence.words):
            for mark in token.columns[place].split(";") if token.columns[place] not in "*_" else ():
                number, begins, label = mark.partition(":")
                if begins and number not in spans:
                    start, end = borders[at]
                    spans[number] = {"start": start, "end": end, "label": unquote(label), "layer": layer}
                elif not begins and lasts.get(number) == at - 1:
                    spans[number]["end"] = borders[at][1]
                else:
                    raise InputRefused(f"{mark!r} goes on with no span", token.line, "correct the column")
                lasts[number] = at
        self._spans += spans.values()

    def _take_tags(self, sentence: PlusSentence, place: int, borders: list[tuple[int, int]]) -> None:
        tags = [(token.line, token.columns[place]) for token in sentence.words]
        for first, last, label in self._scheme.spans(tags):
            self._spans.append({"start": borders[first][0], "end": borders[last][1], "label": label})

    def read(self, split: str | None, limit: int) -> ImportedDocument:
        """Return the document."""
        text, facts = "".join(self._pieces), self._facts
        if not self._is_own:
            # The blank after the last word is the next document's beginning.
            text = text.removesuffix(" ")
        values = self._first.values
        provenance = _object(facts, "provenance", self._name)
        body = {
            "spans": self._spans + _json(values["span"], self._first),
            "relations": _json(values["relation"], self._first),
            "attributes": _json(values["attribute"], self._first),
        }
        named = facts["id"] if isinstance(facts.get("id"), str) else ""
        document = ImportedDocument(
            name=self._name,
            text=text,
            raw_sha256=self._hash.hexdigest(),
            annotations=(ImportedAnnotation.of_record(body, provenance),),
            encoding=self._first.encoding,
            lang=facts["lang"] if isinstance(facts.get("lang"), str) else None,
            meta=_object(facts, "meta", self._name),
            split=split,
            id=named,
            source=str(provenance.get("source") or ""),
            code_points=is_own(text, named) or not values["span"],
        )
        return storable(document, limit)


def _is_of_tags(column: str) -> bool:
    return column.rpartition(":")[2].upper() in _TAG_COLUMNS


def _facts(sentence: PlusSentence) -> dict[str, Any]:
    (facts,) = _json([sentence.comments["document"]], sentence)
    return facts


def _json(texts: Sequence[str], sentence: PlusSentence) -> list[dict[str, Any]]:
    """Return what comments say as JSON objects."""
    values = []
    for text in texts:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise InputRefused("comment is no JSON object", sentence.name, "restore it")
        values.append(value)
    return values


def _object(facts: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    value = facts.get(key)
    if value is not None and not isinstance(value, dict):
        raise InputRefused(f"{key!r} is no object", name, "write it as a JSON object, or leave it out")
    return value or {}
