"""CoNLL-2003 and its like: a token a line with its tag in the last column, IOB1, IOB2, BIOES or BILOU.

`documents.jsonl` beside the files has the texts. Else a text is that of the store, where the file names a document that
is there, or is made of the tokens: with a blank between two, and a line end after a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from curator.domain.document import SPLITS, split_named
from curator.domain.errors import InputRefused
from curator.files.formats.token_columns import DOCUMENTS
from curator.files.imports.alignment import TokenPlaces
from curator.files.imports.beside import beside
from curator.files.imports.json_lines import json_lines
from curator.files.imports.storable import storable
from curator.files.imports.tags import TagScheme
from curator.files.imports.token_lines import TokenDocument, token_documents
from curator.steps.intake.json_file import JsonItem
from curator.steps.ports.imports import (
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
)

_EXTENSIONS = (".conll", ".bioes", ".bio", ".iob", ".iob2", ".txt", ".tsv")
_OF_LAYER = re.compile(rf"(?P<split>{'|'.join(SPLITS)})\.(?P<layer>[^.]+)\.[a-z0-9]+")


def conll(parts: ImportParts) -> ImportFormat:
    """Return the format: files named SPLIT.LAYER.conll are layers of the same documents, any other is alone."""

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        names = files.names()
        columns = [name for name in names if name.lower().endswith(_EXTENSIONS)] if len(names) > 1 else names
        if not columns:
            raise InputRefused("no file of tokens", files.name, "give .conll files")
        groups: dict[str, list[_Layer]] = {}
        covered: dict[str, set[str]] = {}
        for name in sorted([*columns, *_layers_beside(files, columns, parts.layers)]):
            match = _OF_LAYER.fullmatch(PurePosixPath(name).name)
            stem = (PurePosixPath(name).parent / match["split"]).as_posix() if match else name
            groups.setdefault(stem, []).append(_Layer(name, match["layer"] if match else None))
        for layers in groups.values():
            texts = beside(files, layers[0].file, DOCUMENTS)
            name = files.shown(layers[0].file)
            if texts is not None and len(names) > 1:
                covered.setdefault(texts, set()).add(split_named(layers[0].file) or "")
            documents = _Documents(files, layers, parts)
            yield ImportPart(name, documents.rebuilt() if texts is None else documents.of_texts(texts))
        for texts, splits in covered.items():
            yield ImportPart(files.shown(texts), _refuse_uncovered(files, texts, splits, parts.max_text))

    return ImportFormat("conll", read)


def _layers_beside(files: ImportFiles, named: Sequence[str], layers: Sequence[str]) -> list[str]:
    """Return the files of the other layers beside the only one that was named: two imports would replace each other."""
    match = _OF_LAYER.fullmatch(PurePosixPath(named[0]).name)
    if len(named) > 1 or match is None or beside(files, named[0], DOCUMENTS) is None:
        return []
    extension = PurePosixPath(named[0]).suffix
    names = (f"{match['split']}.{layer}{extension}" for layer in layers if layer != match["layer"])
    paths = (PurePosixPath(named[0]).with_name(name).as_posix() for name in names)
    return [path for path in paths if files.has(path)]


def _refuse_uncovered(files: ImportFiles, texts: str, splits: set[str], limit: int) -> Iterator[ImportedDocument]:
    """Yield nothing. Raises InputRefused for a document of a split that no file of tokens is of."""
    for line in json_lines(files, texts, limit) if "" not in splits else ():
        if line.value.get("split") not in splits:
            what = f"no file has the tokens of its split, {line.value.get('split')!r}"
            raise InputRefused(what, line.name, "put the files of that split back")
    yield from ()


@dataclass(frozen=True, slots=True)
class _Layer:
    """A file with the spans of a layer, None where its name does not say which."""

    file: str
    name: str | None


class _Documents:
    """The documents of files that hold a layer each."""

    def __init__(self, files: ImportFiles, layers: Sequence[_Layer], parts: ImportParts) -> None:
        self._files = files
        self._layers = layers
        self._parts = parts
        self._schemes = [TagScheme() for _ in layers]
        self._split = split_named(layers[0].file)

    def of_texts(self, texts: str) -> Iterator[ImportedDocument]:
        """Yield the documents whose texts a file has, in its order: of several splits those of the layers' own."""
        lines = json_lines(self._files, texts, self._parts.max_text)
        own = (line for line in lines if self._split is None or line.fields.get("split") == self._split)
        with ExitStack() as stack:
            for line, read in zip_longest(own, self._read(stack, is_own=True)):
                if line is None:
                    remedy = "put back the documents of these files"
                    raise InputRefused("document has no text there", read[0].name, remedy)
                if read is None:
                    raise InputRefused("document has no tokens in the files", line.name, "complete the files")
                yield self._with_text(line, read)

    def _with_text(self, line: JsonItem, read: Sequence[TokenDocument]) -> ImportedDocument:
        value = line.fields
        if not isinstance(value.get("text"), str) or not isinstance(value.get("id"), str):
            raise InputRefused("no document with an id and a text", line.name, "restore the line")
        document = ImportedDocument(
            name=line.name,
            text=value["text"],
            raw_sha256=line.raw_sha256,
            annotations=(self._annotation(value["text"], read, is_own=True),),
            encoding=line.encoding,
            lang=value["lang"] if isinstance(value.get("lang"), str) else None,
            split=self._split,
            id=value["id"],
            code_points=True,
        )
        return storable(document, self._parts.max_text)

    def rebuilt(self) -> Iterator[ImportedDocument]:
        """Yield the documents with the texts that the store has, or that the tokens make."""
        with ExitStack() as stack:
            for read in self._read(stack, is_own=False):
                first = read[0]
                if not first.sentences:
                    continue
                text = self._parts.text(first.id.partition("#")[0]) if first.id else None
                text = first.joined() if text is None else text
                document = ImportedDocument(
                    name=first.name,
                    text=text,
                    raw_sha256=first.sha256,
                    annotations=(self._annotation(text, read, is_own=False),),
                    encoding=first.encoding,
                    split=self._split,
                    id=first.id,
                    code_points=True,
                    left_out=first.left_out,
                )
                yield storable(document, self._parts.max_text)

    def _read(self, stack: ExitStack, *, is_own: bool) -> Iterator[tuple[TokenDocument, ...]]:
        """Yield each document as all of the files have it."""
        readers = []
        for layer in self._layers:
            reader = token_documents(self._files, layer.file, self._parts.max_text, is_own=is_own)
            stack.callback(reader.close)
            readers.append(reader)
        for read in zip_longest(*readers):
            there = next(document for document in read if document is not None)
            if None in read:
                shown = self._files.shown(self._layers[read.index(None)].file)
                raise InputRefused(f"file ends before the document at {there.name}", shown, "complete the file")
            yield read

    def _annotation(self, text: str, read: Sequence[TokenDocument], *, is_own: bool) -> ImportedAnnotation:
        spans: list[dict[str, Any]] = []
        for layer, scheme, document in zip(self._layers, self._schemes, read, strict=True):
            places = TokenPlaces(text)
            for sentence in document.sentences:
                borders = [places.place(token.forms, token.line) for token in sentence]
                for first, last, label in scheme.spans([(token.line, token.tag) for token in sentence]):
                    span = {"start": borders[first][0], "end": borders[last][1]}
                    named = {"label": unquote(label) if is_own else label}
                    spans.append({**span, **named, **({"layer": layer.name} if layer.name else {})})
            places.end(document.end)
        return ImportedAnnotation({"spans": spans})
