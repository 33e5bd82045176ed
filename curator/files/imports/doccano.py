"""doccano's exports: JSON lines or a list, one file of all or one of each user in an archive."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from curator.domain.document import split_named
from curator.files.imports.json_lines import json_items
from curator.files.imports.spelled_documents import Place, by_users, spelled_document
from curator.files.spellings import have_offsets
from curator.steps.intake.json_file import json_files
from curator.steps.ports.imports import Imported, ImportFiles, ImportFormat, ImportPart, ImportParts

_OF_NOBODY = ("all", "unknown")
"""What doccano calls the files in an archive that are of no single user."""


def doccano(parts: ImportParts) -> ImportFormat:
    """Return the format: texts under `text` or `data`, with `label`, `labels`, `entities` and `relations`.

    In an archive a file that is named after neither a split nor nobody is of the user whom its name gives. Labels of a
    text as a whole and comments are counted, and no part of it.
    """

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in json_files(files):
            place = Place(name, parts.max_text, _user(files, name))
            yield ImportPart(files.shown(name), _documents(files, place))

    return ImportFormat("doccano", read)


def _user(files: ImportFiles, file: str) -> str:
    stem = PurePosixPath(file).stem
    is_users = files.name.lower().endswith(".zip") and stem not in _OF_NOBODY and split_named(file) is None
    return stem if is_users else ""


def _documents(files: ImportFiles, place: Place) -> Iterator[Imported]:
    for item in json_items(files, place.file, place.limit):
        value = dict(item.fields)
        if "text" not in value and isinstance(value.get("data"), str):
            value["text"] = value.pop("data")
        yield from by_users(spelled_document(item, value, place), _users(value))


def _users(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what each user annotated, by name, where annotations say who made them, as those of old exports do."""
    annotations = value.get("annotations")
    if not isinstance(annotations, list) or not have_offsets(annotations):
        return {}
    users = Counter(item["user"] for item in annotations if isinstance(item.get("user"), int | str))
    if sum(users.values()) < len(annotations):
        return {}
    return {
        f"user {user}" if isinstance(user, int) else user: {
            "spans": [_named(item) for item in annotations if item["user"] == user]
        }
        for user in users
    }


def _named(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "start": item.get("start_offset"), "end": item.get("end_offset")}
