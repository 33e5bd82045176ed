"""Documents of tables: a header row, then one document a row."""

import csv
import hashlib
from collections.abc import Iterator

from curator.domain.canonical import too_large
from curator.domain.document import RawDocument
from curator.domain.errors import InputRefused
from curator.files.json_documents import checked_split
from curator.files.raw_lines import RawLine, Stream, raw_lines
from curator.files.refusals import checked_text, refusal, refuse_unstorable_value
from curator.steps.ports.documents import Refused

TEXT_COLUMN = "text"
"""The column that has the text, where nobody names another."""

_DELIMITERS = (",", ";", "\t")
_LINE_BYTES = 8


def read_table(
    stream: Stream, name: str, limit: int, text_column: str = TEXT_COLUMN
) -> Iterator[RawDocument | Refused]:
    """Yield the document or refusal of every row below the header; `limit` is in bytes of text.

    Names are `name:N`, N counting the rows that are not blank from 1. Raises InputRefused where the stream as a
    whole is no text or has no column of that name, and OSError.
    """
    # The library's own limit is one for the whole process and below a long article; never lower another's.
    csv.field_size_limit(max(csv.field_size_limit(), 4 * limit))
    lines = _Lines(raw_lines(stream, limit * _LINE_BYTES), limit)
    delimiter, columns = _header(next((line for line in lines if line.strip()), ""), text_column)
    lines.take()
    number = 0
    for number, (row, raw) in enumerate(_rows(lines, delimiter), start=1):
        place = f"{name}:{number}"
        try:
            yield _document(place, _cells(row, columns), raw, limit, text_column)
        except InputRefused as error:
            yield refusal(place, error)
    if not number:
        raise InputRefused("table has no row below its header", remedy="remove it or fill it in")


def _rows(lines: "_Lines", delimiter: str) -> Iterator[tuple[list[str] | InputRefused, tuple[bytes, str]]]:
    """Yield the rows that are not blank, or why they are none, with their bytes and encoding."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        row: list[str] | InputRefused | None
        try:
            row = next(reader, None)
        except csv.Error as error:
            row = InputRefused(f"not a row: {error}", remedy="double the quotes inside quoted cells")
        except InputRefused as error:
            row = error
        if row is None:
            return
        raw = lines.take()
        if row:
            yield row, raw


class _Lines(Iterator[str]):
    """Decoded lines, whose bytes are kept until they are taken: a row with line ends in its cells has several."""

    def __init__(self, lines: Iterator[RawLine], limit: int) -> None:
        self._lines = lines
        self._limit = limit
        self._raw: list[bytes] = []
        self._encoding = "utf-8"

    def __next__(self) -> str:
        line = next(self._lines)
        if line.raw is None:
            raise too_large(self._limit)
        decoded = line.decoded()
        self._raw.append(line.raw)
        if decoded.encoding != "utf-8":
            self._encoding = decoded.encoding
        return decoded.text

    def take(self) -> tuple[bytes, str]:
        """Return the bytes of the lines since the last taking, and their encoding."""
        taken = b"".join(self._raw), self._encoding
        self._raw.clear()
        self._encoding = "utf-8"
        return taken


def _header(line: str, text_column: str) -> tuple[str, list[str]]:
    """Return the delimiter and the columns: of those readings that have the text, the one with most columns."""
    if not line.strip():
        raise InputRefused("file is empty", remedy="remove it or fill it in")
    try:
        rows = [(delimiter, next(csv.reader([line], delimiter=delimiter))) for delimiter in _DELIMITERS]
    except csv.Error as error:
        raise InputRefused(f"header is not a row: {error}", remedy="write the columns' names in one line") from None
    readings = [(delimiter, [cell.strip() for cell in row]) for delimiter, row in rows]
    delimiter, columns = max(readings, key=lambda reading: (text_column in reading[1], len(reading[1])))
    if text_column not in columns:
        what, where = f"table has no column {text_column!r}", f"columns: {', '.join(columns)[:200]}"
        raise InputRefused(what, where, "say which of them has the text with --text-column NAME")
    if len(set(columns)) < len(columns):
        raise InputRefused("two columns have the same name", ", ".join(columns)[:200], "rename one of them")
    return delimiter, columns


def _cells(row: list[str] | InputRefused, columns: list[str]) -> dict[str, str]:
    if isinstance(row, InputRefused):
        raise row
    if len(row) != len(columns):
        what = f"row has {len(row)} cells and the header {len(columns)}"
        raise InputRefused(what, remedy="quote cells that hold the delimiter")
    return dict(zip(columns, row, strict=True))


def _document(name: str, cells: dict[str, str], raw: tuple[bytes, str], limit: int, text_column: str) -> RawDocument:
    text = checked_text(cells.pop(text_column), limit)
    refuse_unstorable_value(cells, "row")
    split = checked_split(cells.pop("split", "").strip() or None)
    lang = cells.pop("lang", "").strip() or None
    return RawDocument(
        name=name,
        text=text,
        raw_sha256=hashlib.sha256(raw[0]).hexdigest(),
        encoding=raw[1],
        lang=lang,
        meta=cells,
        split=split,
    )
