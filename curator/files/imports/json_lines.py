"""Files of JSON lines of which one broken line refuses the whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from typing import Any, TypeVar, cast

from curator.domain.canonical import too_large
from curator.domain.errors import InputRefused
from curator.files.json_documents import LINE_BYTES, parsed_object
from curator.files.raw_lines import SAMPLE, RawLine, raw_lines
from curator.files.refusals import refuse_unstorable_value
from curator.steps.ports.imports import ImportFiles

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class JsonLine:
    """The JSON object of a line, under the name that messages give the line, with its bytes and encoding."""

    name: str
    value: dict[str, Any]
    raw: bytes
    encoding: str

    def checked(self, check: Callable[[], _T]) -> _T:
        """Return what a check of something in the line returns; its InputRefused names the line."""
        return _placed(self.name, check)


def json_lines(files: ImportFiles, file: str, limit: int) -> Iterator[JsonLine]:
    """Yield the object of every line of a file that is not blank; `limit` is in bytes of text.

    Raises InputRefused, naming the line, for what is no object, and for values that no database holds.
    """
    with files.open(file) as opened:
        stream = BufferedReader(cast(Any, opened), SAMPLE)
        try:
            for line in raw_lines(stream, limit * LINE_BYTES):
                if line.raw is None or line.raw.strip():
                    yield _json_line(line, f"{files.shown(file)}:{line.number}", limit)
        finally:
            # The file is its opener's to close.
            stream.detach()


def _json_line(line: RawLine, name: str, limit: int) -> JsonLine:
    if line.raw is None:
        raise replace(too_large(limit), where=name)
    decoded = _placed(name, line.decoded)
    value = _placed(name, lambda: parsed_object(decoded.text))
    _placed(name, lambda: refuse_unstorable_value(value, "line"))
    return JsonLine(name, value, line.raw, decoded.encoding)


def _placed(name: str, check: Callable[[], _T]) -> _T:
    try:
        return check()
    except InputRefused as error:
        error.where = f"{name}, {error.where}" if error.where else name
        raise
