"""What is wrong with a line of a dataset version, told by the line and the label schema alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from curator.domain.canonical import canonicalise, document_id
from curator.domain.curate import curate
from curator.domain.errors import CuratorError
from curator.domain.fit import fit
from curator.domain.record import Record, record_from_line, record_line
from curator.domain.schema import LabelSchema


@dataclass(frozen=True, slots=True)
class RecordFault:
    """Something that no record of a version has: what it is, and the item it is about, the record itself if empty."""

    what: str
    item: str = ""


def read_line(line: bytes) -> tuple[Record | None, RecordFault | None]:
    """Return the record of a line, or the reason why it is none."""
    try:
        return record_from_line(line), None
    except CuratorError as error:
        _, _, item = error.where.partition(", ")
        return None, RecordFault(error.what, item)


def record_faults(record: Record, line: bytes, schema: LabelSchema, document: str) -> Iterator[RecordFault]:
    """Yield all that is wrong with a record of a document, read from a line: bytes, id, spans and what is on them.

    Nothing for what an export writes: offsets inside the text, labels, relations and attributes of the schema, no span
    with blank edges, none twice, and in a flat layer none that overlaps another.
    """
    if not _is_canonical(record, line):
        yield RecordFault("line is not written as records are")
    try:
        if canonicalise(record.text).text != record.text:
            yield RecordFault("text is not canonical")
        if document_id(record.text) != document:
            yield RecordFault("id is not that of its text")
    except CuratorError as error:
        yield RecordFault(error.what)
        return
    if tuple(record.spans) != schema.layer_names:
        yield RecordFault("layers are not those of the label schema")
    fitting = fit(record.content, record.text, schema)
    for problem in fitting.problems:
        yield RecordFault(problem.cause, str(problem.item))
    for loss in curate(record.id, record.text, fitting, schema)[1]:
        item = loss.item
        name = f"{item['layer']}:{item['start']}-{item['end']}:{item['label']}" if loss.kind == "span" else str(item)
        yield RecordFault(f"{loss.kind} is {loss.reason}", name)


def _is_canonical(record: Record, line: bytes) -> bool:
    try:
        return record_line(record) == line
    except (ValueError, RecursionError):
        return False
