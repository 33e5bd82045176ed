"""The reader of documents: text files, JSON lines, tables, folders, globs and standard input."""

import hashlib
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import PurePath
from typing import IO

from curator.domain.canonical import too_large
from curator.domain.document import RawDocument
from curator.domain.errors import InputRefused
from curator.files.csv_documents import TEXT_COLUMN, read_table
from curator.files.encodings import decode, refuse_binary
from curator.files.imports.detect import detected_format
from curator.files.imports.opened import PathFiles
from curator.files.json_documents import LINE_BYTES, is_json_line, read_json_lines
from curator.files.paths import STANDARD_INPUT, InputFile, input_files
from curator.files.raw_lines import SAMPLE, Stream, opened, raw_lines
from curator.files.refusals import checked_text, refusal, unreadable_file
from curator.steps.ports.documents import LeftOut, Refused

LIMIT = 1_000_000
"""The largest text taken in by default, in bytes of its canonical form in UTF-8."""

# A line end of Windows in UTF-32 takes eight bytes and becomes one; nothing shrinks more.
_MOST_SHRINKING = 8

_Read = Callable[[Stream, str, int], Iterator[RawDocument | LeftOut | Refused]]


class FileReader:
    """Reads documents from files, one or many a file by its extension.

    `limit` is the largest text, in bytes of its canonical form in UTF-8; `standard_input` gives the stream that `-`
    stands for; `text_column` is the column of tables that has the text. What cannot be taken in comes as a refusal
    among the documents, and the rest goes on.
    """

    def __init__(
        self,
        limit: int = LIMIT,
        standard_input: Callable[[], IO[bytes]] = lambda: sys.stdin.buffer,
        text_column: str = TEXT_COLUMN,
    ) -> None:
        self._limit = limit
        self._standard_input = standard_input
        self._formats: dict[str, _Read] = {**_FORMATS, ".csv": partial(read_table, text_column=text_column)}

    def read(self, paths: Sequence[str]) -> Iterator[RawDocument | LeftOut | Refused]:
        """Yield every document, in the order of the paths and sorted within folders; refusals come as values."""
        for file in input_files(paths):
            if isinstance(file, Refused):
                yield file
                continue
            try:
                yield from self._documents(file)
            except InputRefused as error:
                yield refusal(file.name, error)
            except OSError as error:
                yield unreadable_file(file.name, error)

    def _documents(self, file: InputFile) -> Iterator[RawDocument | LeftOut | Refused]:
        if file.path is None:
            yield from self._from_standard_input()
            return
        extension = PurePath(file.name).suffix.lower()
        read = self._formats.get(extension)
        if read is None:
            raise _unknown(file, extension)
        with opened(file.path) as stream:
            yield from read(stream, file.name, self._limit)

    def _from_standard_input(self) -> Iterator[RawDocument | LeftOut | Refused]:
        """Read JSON lines where the first line that is not blank is one, else one plain text."""
        # What comes through a pipe can be read once, and may not fit into memory.
        with io.BufferedRandom(tempfile.TemporaryFile(buffering=0), SAMPLE) as spool:
            shutil.copyfileobj(self._standard_input(), spool)
            spool.seek(0)
            read = read_json_lines if _begins_with_json(spool, self._limit) else read_text
            spool.seek(0)
            yield from read(spool, STANDARD_INPUT, self._limit)


def _unknown(file: InputFile, extension: str) -> InputRefused:
    if extension == ".json" and file.path is not None:
        try:
            what = f"a .json file, of the format {detected_format(PathFiles(file.name, {file.name: file.path}))}"
        except InputRefused:
            what = "a .json file, which is no list of documents here"
        remedy = "take in what was annotated with `curator import`; write documents one JSON object a line into .jsonl"
        return InputRefused(what, remedy=remedy)
    return InputRefused("not a known format", remedy=f"give {', '.join(_FORMATS)} files")


def read_text(stream: Stream, name: str, limit: int) -> Iterator[RawDocument | Refused]:
    """Yield the one document that a whole stream is. Raises InputRefused, and OSError."""
    raw = stream.read(limit * _MOST_SHRINKING + 4)
    refuse_binary(raw)
    if stream.read(1):
        raise too_large(limit)
    decoded = decode(raw)
    text = checked_text(decoded.text, limit)
    yield RawDocument(name=name, text=text, raw_sha256=hashlib.sha256(raw).hexdigest(), encoding=decoded.encoding)


def _begins_with_json(stream: Stream, limit: int) -> bool:
    try:
        for line in raw_lines(stream, limit * LINE_BYTES):
            if line.raw is None:
                return False
            if line.raw.strip():
                return is_json_line(line.decoded().text)
    except InputRefused:
        return False
    return False


_FORMATS: dict[str, _Read] = {".txt": read_text, ".jsonl": read_json_lines, ".csv": read_table}
