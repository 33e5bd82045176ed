"""Lines of a text file, all of them in one encoding."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from typing import Any, cast

from curator.domain.errors import InputRefused
from curator.files.json_documents import LINE_BYTES
from curator.files.raw_lines import SAMPLE, RawLine, raw_lines
from curator.steps.ports.imports import ImportFiles


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line without its end, under the name that messages give it; `is_ended` says whether it had one."""

    name: str
    text: str
    encoding: str
    is_ended: bool


def text_lines(files: ImportFiles, file: str, limit: int) -> Iterator[TextLine]:
    """Yield every line of a file, cut at LF or CRLF alone; `limit` is in bytes of text that a document may have.

    Raises InputRefused, naming the line, for one in another encoding than the file began in, and for one of too many
    bytes for any document.
    """
    shown = files.shown(file)
    with files.open(file) as opened:
        stream = BufferedReader(cast(Any, opened), SAMPLE)
        try:
            for line in raw_lines(stream, limit * LINE_BYTES):
                yield _line(line, f"{shown}:{line.number}", limit * LINE_BYTES)
        except InputRefused as error:
            if error.where.startswith(shown):
                raise
            raise replace(error, where=f"{shown}, {error.where}" if error.where else shown) from None
        finally:
            # The file is its opener's to close.
            stream.detach()


def _line(line: RawLine, name: str, bound: int) -> TextLine:
    if line.raw is None:
        raise InputRefused(f"line is larger than {bound} bytes", name, "check the format", limit=bound)
    encoding = line.wide or line.guess or "utf-8"
    try:
        text = line.raw.decode("utf-8" if line.wide else encoding)
    except UnicodeDecodeError:
        raise InputRefused(f"not valid {encoding}", name, "save the file as UTF-8") from None
    return TextLine(name, text.removesuffix("\n").removesuffix("\r"), encoding, text.endswith("\n"))
