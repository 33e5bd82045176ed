"""GLiNER's JSON: the words and spans that it is trained on, and what it found in texts."""

from collections.abc import Iterator

from curator.files.imports.json_lines import json_items
from curator.files.imports.spelled_documents import Place, document, spelled_document
from curator.files.words import has_words, spelled_words
from curator.steps.intake.json_file import json_files
from curator.steps.ports.imports import Imported, ImportFiles, ImportFormat, ImportPart, ImportParts


def gliner(parts: ImportParts) -> ImportFormat:
    """Return the format: a list, or lines. The last word of a span is in it.

    Where an example has no text, it is its words with a blank between each two; where it has one without
    `word_offsets`, each word is at the first place after the word before it.
    """

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in json_files(files):
            yield ImportPart(files.shown(name), _documents(files, Place(name, parts.max_text)))

    return ImportFormat("gliner", read)


def _documents(files: ImportFiles, place: Place) -> Iterator[Imported]:
    for item in json_items(files, place.file, place.limit):
        value = item.fields
        if has_words(value):
            with item.named():
                text, reading = spelled_words(value)
            yield document(item, text, reading, place)
        elif isinstance(value.get("ner"), list) and "text" in value:
            # Spans by characters, as some write what the model found.
            yield spelled_document(item, {key: of for key, of in value.items() if key != "ner"} | _found(value), place)
        else:
            yield spelled_document(item, value, place)


def _found(value: dict[str, object]) -> dict[str, object]:
    return {"entities": value["ner"]}
