"""The hard case as Label Studio's own converter takes it, and what is left of it in each form that it writes."""

import csv
import io
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from label_studio_sdk.converter import converter

from curator.domain.record import Record
from curator.domain.span import DOCUMENT, Attribute, Content, Span
from curator.label_studio.interface import labelling_config
from curator.label_studio.results import write_result
from tests.files.formats.hard_case import RECORDS, SCHEMA


def tasks() -> list[dict[str, Any]]:
    """Return a task for every record, with the annotation that it was decided from; the first has another one too."""
    values = []
    for number, record in enumerate((record for of in RECORDS.values() for record in of), start=1):
        annotations = [_annotation(number, 1, record.content, record)]
        if record.provenance.annotators:
            annotations.append(_annotation(number, 2, Content(record.content.spans[:2]), record))
        data = {"text": record.text, "document": record.id}
        values.append({"id": number, "data": data, "annotations": annotations})
    return values


def _annotation(task: int, annotator: int, content: Content, record: Record) -> dict[str, Any]:
    result = write_result(content, record.text)
    regions = {span.id: item for span, item in zip(content.spans, result, strict=False)}
    result += [_attribute(attribute, regions) for attribute in content.attributes]
    return {
        "id": 10 * task + annotator,
        "completed_by": {"id": annotator, "email": f"{annotator}@exemple.test"},
        "created_at": f"2026-01-0{annotator}T00:00:00Z",
        "updated_at": f"2026-01-0{annotator}T00:00:00Z",
        "lead_time": 1.0,
        "was_cancelled": False,
        "result": result,
    }


def _attribute(attribute: Attribute, regions: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    kind = "choices" if attribute.name == "certitude" else "textarea"
    values = attribute.value if isinstance(attribute.value, list) else [attribute.value]
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    value: dict[str, Any] = {"choices" if kind == "choices" else "text": texts}
    item: dict[str, Any] = {"from_name": attribute.name, "to_name": "text", "type": kind, "value": value}
    if attribute.on != DOCUMENT:
        region = regions[attribute.on]
        item["id"] = region["id"]
        value.update({key: region["value"][key] for key in ("start", "end")})
    return item


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of the annotations a form has as it was: of spans, relations and attributes; and spans it has wrong."""

    annotations: int
    spans: int
    relations: int
    attributes: int
    wrong_spans: int


Marks = set[tuple[str, int, int, str]]


def total() -> Kept:
    """Return how much there is."""
    contents = [content for _, content in _annotations()]
    return Kept(
        len(contents),
        sum(len(content.spans) for content in contents),
        sum(len(content.relations) for content in contents),
        sum(len(content.attributes) for content in contents),
        0,
    )


def kept(form: str) -> Kept:
    """Return how much is left in a form that the converter writes, read by what stands in its file."""
    text = _converted(form)
    if form == "JSON":
        return _kept_as_tasks(json.loads(text))
    marks = list(_READERS[form](text))
    contents = [content for _, content in _annotations()]
    assert len(marks) == len(contents)
    wanted = [{_mark(form, span) for span in content.spans} for content in contents]
    spans = sum(
        sum(_mark(form, span) in of for span in content.spans) for of, content in zip(marks, contents, strict=True)
    )
    # None of these says which region a value is on, or joins two.
    return Kept(len(marks), spans, 0, 0, sum(len(of - good) for of, good in zip(marks, wanted, strict=True)))


def forms() -> list[str]:
    """Return the forms of texts that the converter writes, each once."""
    every = _converter("").supported_formats
    return [form for form in every if form == "JSON" or form in _READERS]


def _annotations() -> Iterator[tuple[str, Content]]:
    """Yield every annotation with its text, in the order in which the converter takes them: the latest first."""
    for record in (record for of in RECORDS.values() for record in of):
        if record.provenance.annotators:
            yield record.text, Content(record.content.spans[:2])
        yield record.text, record.content


def _converted(form: str) -> str:
    logging.getLogger("label_studio_sdk").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tasks.json").write_text(json.dumps(tasks()), encoding="utf-8")
        _converter(name).convert(str(folder / "tasks.json"), str(folder / "out"), form, is_dir=False)
        (path,) = (path for path in (folder / "out").rglob("*") if path.is_file())
        return path.read_bytes().decode()


def _converter(folder: str) -> Any:
    make: Any = converter.Converter
    return make(labelling_config(SCHEMA), folder, download_resources=False)


def _kept_as_tasks(written: list[dict[str, Any]]) -> Kept:
    given = {item["id"]: item["result"] for task in tasks() for item in task["annotations"]}
    results = {item["id"]: item["result"] for task in written for item in task["annotations"]}
    items = [item for name, result in given.items() for item in result if item in results.get(name, [])]
    kinds = [str(item["type"]) for item in items]
    values = kinds.count("choices") + kinds.count("textarea")
    return Kept(len(results), kinds.count("labels"), kinds.count("relation"), values, 0)


def _mark(form: str, span: Span) -> tuple[str, int, int, str]:
    return ("" if form == "CONLL2003" else span.layer, span.start, span.end, span.label)


def _rows(text: str) -> Iterator[Marks]:
    yield from (_regions(row) for row in json.loads(text))


def _table(text: str, delimiter: str = ",") -> Iterator[Marks]:
    csv.field_size_limit(1 << 24)
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield _regions({layer: json.loads(row[layer] or "[]") for layer in SCHEMA.layer_names})


def _regions(row: Mapping[str, Any]) -> Marks:
    return {
        (layer, item["start"], item["end"], label)
        for layer in SCHEMA.layer_names
        for item in row.get(layer, [])
        for label in item["labels"]
    }


def _conll(text: str) -> Iterator[Marks]:
    blocks = text.removeprefix("-DOCSTART- -X- O\n").split("\n\n")
    for block, (covered, _) in zip(blocks, _annotations(), strict=False):
        marks: list[tuple[str, int, int, str]] = []
        at = 0
        for line in block.split("\n"):
            token, _, tag = line.partition(" -X- _ ")
            start = covered.index(token, at)
            at = start + len(token)
            if tag.startswith("B-"):
                marks.append(("", start, at, tag[2:]))
            elif tag.startswith("I-"):
                marks[-1] = (*marks[-1][:2], at, tag[2:])
        yield set(marks)


_READERS: Mapping[str, Callable[[str], Iterator[Marks]]] = {
    "JSON_MIN": _rows,
    "CSV": _table,
    "TSV": lambda text: _table(text, "\t"),
    "CONLL2003": _conll,
}
