"""Tables of others: a text with spans, or tokens with tags, a row."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.errors import InputRefused
from curator.domain.json_values import json_line_text
from curator.files.imports.storable import NOT_ANNOTATED
from curator.files.imports.tables import Table
from curator.files.imports.tags import TagScheme
from curator.files.spellings import KEYS
from curator.files.words import in_text
from curator.steps.intake.json_file import placed
from curator.steps.ports.imports import ImportedAnnotation, ImportedDocument

_SPANS = ("spans", "entities")
_TOKENS = ("tokens", "words")
_TAGS = ("ner_tags", "ner", "tags", "labels")
_OF_TOKENS = "token-annotation"
"""The cause of a column with a value for each token, which is no metadata of a text."""

_OWN = frozenset({"id", "text", "lang", "relations", "attributes", "meta", "provenance", "split", "layers"})
_REMEDY = "name the columns text and spans, or tokens and ner_tags"


def refuse_columns(table: Table, wanted: Iterable[str]) -> None:
    """Raise InputRefused, naming the columns there are, where one that is wanted is not there."""
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        what = f"no column {missing[0]!r}; there are {', '.join(table.columns)}"
        raise InputRefused(what, table.name, "write the tables again")


class ForeignRows:
    """A table's rows as documents: a split that a row names goes before that of the file."""

    def __init__(self, table: Table, split: str | None) -> None:
        """Take a table. Raises InputRefused, naming the columns there are, where none of them hold annotated texts."""
        self._table = table
        self._split = split
        self._scheme = TagScheme()
        self._features = table.features()
        self._spans = self._first(_SPANS) if "text" in table.columns else None
        self._tokens, self._tags = (None, None) if self._spans else (self._first(_TOKENS), self._first(_TAGS))
        if self._spans is None and (self._tokens is None or self._tags is None):
            what = f"no columns of texts with spans; there are {', '.join(table.columns)}"
            raise InputRefused(what, table.name, _REMEDY)
        self._names = _class_names(self._features.get(self._tags)) if self._tags else None

    def _first(self, names: Sequence[str]) -> str | None:
        return next((name for name in names if name in self._table.columns), None)

    def documents(self) -> Iterator[ImportedDocument]:
        """Yield the document of every row; a row without tokens is none."""
        for name, row in self._table.rows():
            if self._spans is not None:
                yield self._of_text(name, row, self._spans)
            elif self._tokens is not None and self._tags is not None and row[self._tokens]:
                yield self._of_tokens(name, row, row[self._tokens], row[self._tags])

    def _of_text(self, name: str, row: Mapping[str, Any], column: str) -> ImportedDocument:
        others = {key: _items(row.get(key)) for key in ("relations", "attributes")}
        body = {"spans": self._layers(row[column], self._features.get(column)), **others}
        if row[column] is None and not any(row.get(key) is not None for key in others):
            body = {}
        meta = {key: value for key, value in row.items() if key not in _OWN and key != column}
        return self._document(name, row, row["text"], body, meta)

    def _layers(self, value: Any, feature: Any) -> Any:
        """Return spans as a list, or lists by layer, with the keys that they have here."""
        if isinstance(value, Mapping) and not set(value) & {"start", *KEYS["start"]}:
            return {layer: self._layers(of, _within(feature, layer)) for layer, of in value.items()}
        return [_span(item, feature) for item in _items(value)]

    def _of_tokens(self, name: str, row: Mapping[str, Any], tokens: Any, tags: Any) -> ImportedDocument:
        is_annotated, tags = tags is not None, tags if tags is not None else ["O"] * len(tokens)
        if not isinstance(tokens, list) or not isinstance(tags, list) or len(tokens) != len(tags):
            raise InputRefused("tokens and tags are not equally many", name, "write a tag for each token")
        if not all(isinstance(token, str) for token in tokens):
            raise InputRefused("a token is no text", name, "write tokens as texts")
        tagged = [(f"{name}, token {place}", self._tag(tag, name)) for place, tag in enumerate(tags, start=1)]
        with placed(name):
            words = in_text(tokens, row["text"] if isinstance(row.get("text"), str) else None)
        spans = [words.span(first, last, label) for first, last, label in self._scheme.spans(tagged)]
        others = {key: value for key, value in row.items() if key not in (*_OWN, self._tokens, self._tags)}
        of_tokens = {key for key, of in others.items() if isinstance(of, list) and len(of) == len(tokens)}
        meta = {key: of for key, of in others.items() if key not in of_tokens}
        left_out = {_OF_TOKENS: len(of_tokens)} if of_tokens else {}
        body = {"spans": spans} if is_annotated else {}
        return self._document(name, row, words.text, body, meta, is_made=True, left_out=left_out)

    def _tag(self, tag: Any, name: str) -> str:
        if isinstance(tag, str):
            return tag
        if self._names is None:
            raise InputRefused("tags are numbers that nothing names", name, "write the table with names of classes")
        if not isinstance(tag, int) or not 0 <= tag < len(self._names):
            raise InputRefused(f"tag {tag!r} is none of the {len(self._names)} that are named", name, "correct the tag")
        return self._names[tag]

    def _document(
        self,
        name: str,
        row: Mapping[str, Any],
        text: Any,
        body: Mapping[str, Any],
        meta: Mapping[str, Any],
        *,
        is_made: bool = False,
        left_out: Mapping[str, int] | None = None,
    ) -> ImportedDocument:
        provenance = _object(row.get("provenance"))
        split = row["split"] if row.get("split") in SPLITS else self._split
        return ImportedDocument(
            name=name,
            text=text,
            raw_sha256=hashlib.sha256(str(text).encode("utf-8", "surrogatepass")).hexdigest(),
            annotations=(ImportedAnnotation.of_record(body, provenance),) if body else (),
            lang=row["lang"] if isinstance(row.get("lang"), str) else None,
            meta=_plain({**meta, **_object(row.get("meta"))}, name),
            split=split,
            id=row["id"] if isinstance(row.get("id"), str) else "",
            source=str(provenance.get("source") or ""),
            code_points=is_made,
            left_out=(left_out or {}) if body else {**(left_out or {}), NOT_ANNOTATED: 1},
        )


def _plain(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what JSON holds, with times and the like as texts."""
    plain: dict[str, Any] = {}
    for key, item in value.items():
        try:
            json_line_text(item)
        except (TypeError, ValueError, RecursionError):
            item = str(item)
        plain[key] = item
    return plain


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    """Return a list, or the rows that lists of equal length within an object are."""
    if isinstance(value, Mapping):
        columns = {key: of for key, of in value.items() if isinstance(of, list)}
        if columns and len({len(of) for of in columns.values()}) == 1:
            return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return [] if not columns else [dict(value)]
    return value if isinstance(value, list) else []


def _span(item: Any, feature: Any) -> Any:
    """Return a span with the keys that it has here, and its label as a name."""
    if not isinstance(item, Mapping):
        return item
    span = {key: value for key, value in item.items() if value is not None}
    for key, others in KEYS.items():
        known = next((name for name in (key, *others) if name in span), None)
        if known is not None:
            span[key] = span.pop(known)
            names = _class_names(_within(feature, known)) if key == "label" else None
            if names and isinstance(span[key], int) and 0 <= span[key] < len(names):
                span[key] = names[span[key]]
    return span


def _within(feature: Any, key: str) -> Any:
    """Return what is said of a key of the objects in a column, through lists of them."""
    while isinstance(feature, list | Mapping):
        if isinstance(feature, list):
            feature = feature[0] if feature else None
        elif key in feature:
            return feature[key]
        elif "feature" in feature:
            feature = feature["feature"]
        else:
            return None
    return None


def _class_names(feature: Any) -> list[str] | None:
    """Return the names of the classes that numbers in a column stand for."""
    while isinstance(feature, list | Mapping):
        if isinstance(feature, list):
            feature = feature[0] if feature else None
        elif isinstance(feature.get("names"), list):
            return [str(name) for name in feature["names"]]
        else:
            feature = feature.get("feature")
    return None
