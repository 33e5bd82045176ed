"""Files of JSON, as lines or otherwise, of which one broken value refuses the whole."""

from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader
from typing import Any, cast

from curator.domain.canonical import too_large
from curator.domain.errors import InputRefused
from curator.files.encodings import marked_encoding
from curator.files.json_documents import parsed_json
from curator.files.raw_lines import SAMPLE, RawLine, raw_lines
from curator.steps.intake.json_file import VALUE_BYTES, JsonItem, json_elements, json_item, placed
from curator.steps.ports.imports import ImportFiles

_HEAD = 65_536


def json_items(files: ImportFiles, file: str, limit: int) -> Iterator[JsonItem]:
    """Yield the values of a file: of its lines where the first one is a value, else as `json_elements` does."""
    with files.open(file) as stream:
        head = stream.read(_HEAD)
    yield from json_lines(files, file, limit) if _is_lines(head) else json_elements(files, file, limit)


def json_lines(files: ImportFiles, file: str, limit: int) -> Iterator[JsonItem]:
    """Yield the value of every line of a file that is not blank; `limit` is in bytes of text.

    Raises InputRefused, naming the line, for what is no JSON, and for values that no database holds.
    """
    with files.open(file) as opened:
        stream = BufferedReader(cast(Any, opened), SAMPLE)
        try:
            for line in raw_lines(stream, limit * VALUE_BYTES):
                if line.raw is None or line.raw.strip():
                    yield _item(line, f"{files.shown(file)}:{line.number}", limit)
        finally:
            # The file is its opener's to close.
            stream.detach()


def _item(line: RawLine, name: str, limit: int) -> JsonItem:
    if line.raw is None:
        raise replace(too_large(limit), where=name)
    with placed(name):
        decoded = line.decoded()
        value = parsed_json(decoded.text)
    return json_item(name, value, line.raw, decoded.encoding)


def _is_lines(head: bytes) -> bool:
    """Say whether a file that begins so has a value a line, the whole list that a line may be left aside."""
    text = head.decode(marked_encoding(head) or "utf-8", "replace").lstrip()
    first, end, _ = text.partition("\n")
    if first.startswith("[") and not first[1:].lstrip().startswith('"'):
        return False
    try:
        parsed_json(first)
    except InputRefused:
        # A line that goes on beyond the head, or a value of several lines.
        return not end and len(head) == _HEAD
    return True
