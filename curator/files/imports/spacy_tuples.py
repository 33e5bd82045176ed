"""spaCy's training data as JSON: pairs of a text and its entities, objects, what spaCy 2 trained on, examples."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from curator.domain.errors import InputRefused
from curator.domain.json_values import kind_of
from curator.files.imports.json_lines import json_items
from curator.files.imports.spelled_documents import Place, document, spelled_document
from curator.files.spellings import Spelled, spelled
from curator.files.words import Words, in_text
from curator.steps.intake.json_file import JsonItem, json_files
from curator.steps.ports.imports import Imported, ImportFiles, ImportFormat, ImportPart, ImportParts

_RUN_TO_BE_READ = {".py": "a Python program", ".pkl": "a pickle", ".pickle": "a pickle", ".ipynb": "a notebook"}
_TOKEN_KEYS = ("tag", "pos", "morph", "lemma", "dep", "head")


def spacy_tuples(parts: ImportParts) -> ImportFormat:
    """Return the format: `["TEXT", {"entities": [[START, END, LABEL]]}]`, objects with `text` and `entities`, `ents` or
    `label`, the JSON of spaCy 2 with its paragraphs, and what `Example.to_dict` gives.

    Where a paragraph has no `raw` text, it is its tokens with a blank between each two.
    """

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in files.names():
            if kind := _RUN_TO_BE_READ.get(PurePosixPath(name).suffix.lower()):
                remedy = "write its data with json.dump, and import that"
                raise InputRefused(f"{kind}, which would have to be run to be read", files.shown(name), remedy)
        for name in json_files(files):
            yield ImportPart(files.shown(name), _documents(files, Place(name, parts.max_text)))

    return ImportFormat("spacy", read)


def _documents(files: ImportFiles, place: Place) -> Iterator[Imported]:
    for item in json_items(files, place.file, place.limit):
        value = item.value
        if isinstance(value, list):
            yield _pair(item, value, place)
        elif "paragraphs" in item.fields:
            yield from _paragraphs(item, place)
        elif "token_annotation" in item.fields:
            yield _example(item, place)
        else:
            yield spelled_document(item, item.fields, place)


def _pair(item: JsonItem, value: list[Any], place: Place) -> Imported:
    if len(value) != 2 or not isinstance(value[0], str) or not isinstance(value[1], dict):
        what = "a list that is no pair of a text and an object"
        raise InputRefused(what, item.name, 'write ["TEXT", {"entities": [[START, END, "LABEL"]]}]')
    text, said = value
    with item.named():
        reading = spelled({key: of for key, of in said.items() if key != "text"}, of_spacy=True)
    return document(item, text, reading, place)


def _paragraphs(item: JsonItem, place: Place) -> Iterator[Imported]:
    paragraphs = _list(item, item.fields["paragraphs"], "paragraphs")
    for number, paragraph in enumerate(paragraphs, start=1):
        name = item.name if len(paragraphs) == 1 else f"{item.name}.{number}"
        own = JsonItem(name, paragraph, item.raw_sha256, item.encoding)
        with own.named():
            read = _paragraph(own, place)
        yield read


def _paragraph(item: JsonItem, place: Place) -> Imported:
    value = item.fields
    tokens = [
        JsonItem(item.name, token, item.raw_sha256).fields
        for sentence in _list(item, value.get("sentences"), "sentences")
        for token in _list(item, JsonItem(item.name, sentence, item.raw_sha256).fields.get("tokens"), "tokens")
    ]
    raw = value.get("raw")
    words = in_text([token.get("orth") for token in tokens], raw if isinstance(raw, str) else None)
    reading = spelled({key: value[key] for key in ("cats", "entities", "spans") if key in value})
    tags = [token.get("ner") for token in tokens]
    reading.annotated |= any(tag is not None for tag in tags)
    reading.body.setdefault("spans", []).extend(_biluo_spans(words, tags))
    reading.left_out["token-annotation"] += any(token.get(key) is not None for token in tokens for key in _TOKEN_KEYS)
    reading.left_out = +reading.left_out
    return document(item, words.text, reading, place)


def _example(item: JsonItem, place: Place) -> Imported:
    def read() -> tuple[str, Spelled]:
        said, of_tokens = (item.fields.get(key) for key in ("doc_annotation", "token_annotation"))
        if not isinstance(of_tokens, dict) or not isinstance(said, dict | None):
            raise InputRefused("annotations of a text or its tokens are no object", remedy="write what spaCy gives")
        blanks = of_tokens.get("SPACY")
        orths = of_tokens.get("ORTH")
        if not isinstance(orths, list) or not isinstance(blanks, list) or len(blanks) != len(orths):
            raise InputRefused("the tokens have no ORTH and SPACY of one length", remedy="write what spaCy gives")
        words = in_text(orths, None, [blank is True for blank in blanks])
        entities = (said or {}).get("entities")
        tags = entities or []
        reading = spelled({key: of for key, of in (said or {}).items() if key != "entities"}, of_spacy=True)
        if not isinstance(tags, list):
            raise InputRefused(f"'entities' is a {kind_of(tags)}", remedy="write what spaCy gives")
        reading.annotated |= entities is not None
        reading.body.setdefault("spans", []).extend(_biluo_spans(words, tags))
        return words.text, reading

    with item.named():
        text, reading = read()
    return document(item, text, reading, place)


def _biluo_spans(words: Words, tags: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the spans of tags, one a word. Raises InputRefused for a sequence that BILUO does not have."""
    if len(tags) > len(words.offsets):
        raise InputRefused("there are more tags than words", remedy="write a tag a word")
    first: tuple[int, str] | None = None
    for number, tag in enumerate([*tags, "O"]):
        kind, _, label = tag.partition("-") if isinstance(tag, str) else ("O" if tag is None else "?", "", "")
        goes_on = first is not None and kind in ("I", "L") and label == first[1]
        if first is not None and not goes_on:
            raise _no_tags(tag, number)
        if kind == "U" and label:
            yield words.span(number, number, label)
        elif kind == "B" and label:
            first = number, label
        elif first is not None and kind == "L":
            yield words.span(first[0], number, label)
            first = None
        elif not goes_on and not (kind in ("O", "") and not label):
            raise _no_tags(tag, number)


def _no_tags(tag: Any, number: int) -> InputRefused:
    return InputRefused(f"tag {tag!r} of word {number} does not follow in BILUO", remedy="check the tags")


def _list(item: JsonItem, value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputRefused(f"{key!r} is a {kind_of(value)}", item.name, "write it as a list")
    return value
