"""The format of files is told by what they hold, whatever they are called."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.bootstrap.formats import formats
from curator.domain.errors import InputRefused
from curator.files.imports.detect import detected_format
from curator.files.imports.opened import PathFiles
from tests.files.formats.hard_case import RECORDS, written

SPAN = {"start": 0, "end": 3, "label": "GPE"}
OFFSETS = {"start_offset": 0, "end_offset": 3, "label": "GPE", "id": 1}
OBJECTS: Mapping[str, list[Any]] = {
    "doccano": [
        {"id": 1, "text": "Gao", "label": [[0, 3, "GPE"]]},
        {"id": 1, "text": "Gao", "label": []},
        {"id": 1, "text": "Gao", "label": ["politique"]},
        {"id": 1, "data": "Gao", "label": [[0, 3, "GPE"]]},
        {"id": 1, "text": "Gao", "labels": [[0, 3, "GPE"]]},
        {"id": 1, "text": "Gao", "entities": [OFFSETS], "relations": [], "Comments": []},
        {"id": 1, "text": "Gao", "entities": [], "relations": []},
        {"id": 1, "text": "Gao", "annotations": [{**OFFSETS, "user": 1}], "meta": {}},
    ],
    "gliner": [
        {"tokenized_text": ["Gao"], "ner": [[0, 0, "GPE"]]},
        {"tokenized_text": ["Gao"], "ner": [], "text": "Gao", "label": ["GPE"], "meta": {}},
        {"text": "Gao", "entities": [{**SPAN, "text": "Gao", "score": 0.9}]},
        {"text": "Gao", "ner": [SPAN]},
    ],
    "label-studio": [
        {"id": 1, "data": {"text": "Gao"}, "annotations": [], "predictions": [3]},
        {"id": 1, "data": {"text": "Gao"}, "completions": []},
        {"data": {"text": "Gao"}, "predictions": []},
        {"text": "Gao", "id": 1, "label": [{**SPAN, "labels": ["GPE"]}], "annotator": 1, "annotation_id": 2},
        {"text": "Gao", "id": 1, "entities": [], "annotator": 1, "annotation_id": 2, "lead_time": 1.0},
    ],
    "prodigy": [
        {"text": "Gao", "spans": [SPAN], "answer": "accept"},
        {"text": "Gao", "_input_hash": 1, "_task_hash": 2, "spans": [], "label": "GPE"},
        {"image": "a.jpg", "spans": [], "answer": "accept", "_view_id": "image_manual"},
    ],
    "records": [
        {"id": "a", "text": "Gao", "lang": "fr", "spans": {}, "relations": [], "provenance": {}},
        {"text": "Gao", "spans": [SPAN]},
    ],
    "spacy": [
        ["Gao", {"entities": [[0, 3, "GPE"]]}],
        {"text": "Gao", "entities": [[0, 3, "GPE"]]},
        {"text": "Gao", "ents": [SPAN], "tokens": []},
        {"id": 0, "paragraphs": [{"raw": "Gao", "sentences": []}]},
        {"doc_annotation": {"entities": ["O"]}, "token_annotation": {"ORTH": ["Gao"]}},
    ],
}
CASES = [(form, value) for form, values in OBJECTS.items() for value in values]


def detected(folder: Path, data: bytes, name: str = "file.json") -> str:
    path = folder / name
    path.write_bytes(data)
    return detected_format(PathFiles(name, {name: path}))


@pytest.mark.parametrize("index", range(len(CASES)))
def test_each_object_tells_its_format_in_every_file(tmp_path: Path, index: int) -> None:
    form, value = CASES[index]
    line = json.dumps(value, ensure_ascii=False)
    files = [
        line.encode(),
        f"{line}\n{line}\n".encode(),
        f"\ufeff\n {line}".encode(),
        json.dumps([value, value], indent=1).encode(),
        f"[{line}]".encode("utf-16"),
        f"[{line}, ".encode() * 1 + b'{"text": "' + b"mot " * 30_000 + b'"}]',
    ]
    for data in files:
        assert detected(tmp_path, data) == form, data[:200]
        assert detected(tmp_path, data, "lines.jsonl") == form


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    st.sampled_from(CASES), st.dictionaries(st.sampled_from(["titre", "date", "n", "meta"]), st.integers()), st.data()
)
def test_keys_of_nobody_and_their_order_say_nothing(
    tmp_path: Path, case: tuple[str, Any], others: dict[str, int], data: st.DataObject
) -> None:
    form, value = case
    if isinstance(value, dict):
        value = dict(data.draw(st.permutations(list({**others, **value}.items()))))
    assert detected(tmp_path, json.dumps([value]).encode()) == form


def test_a_first_object_that_is_longer_than_the_head_tells_its_format(tmp_path: Path) -> None:
    text = "Gao attaque. " * 10_000
    for form, value in CASES:
        if isinstance(value, dict) and "text" in value and form in ("doccano", "prodigy", "records"):
            long = {**{key: of for key, of in value.items() if key != "text"}, "text": text}
            assert detected(tmp_path, json.dumps([long]).encode()) == form


@pytest.mark.parametrize("form", ["doccano", "gliner", "label-studio", "prodigy"])
def test_what_convert_writes_is_known(tmp_path: Path, form: str) -> None:
    assert formats([form])
    _, files, _ = written(form, {split: of[:3] for split, of in RECORDS.items()})
    for name, data in {**files, "LOSSES.json": b'{"losses": [{"text": 1, "label": 2}]}'}.items():
        (tmp_path / name).write_bytes(data)
    paths = {path.name: path for path in tmp_path.iterdir()}
    assert detected_format(PathFiles("folder", paths)) == form


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"texte": "Gao"}', b"[1, 2]", b'"Gao"', b"[[[[", b"null", b"[" * 60_000]
)
def test_what_tells_of_no_format_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputRefused, match="not a format that is known by itself"):
        detected(tmp_path, data)


def test_files_of_several_formats_are_refused(tmp_path: Path) -> None:
    for number, form in enumerate(("doccano", "gliner")):
        (tmp_path / f"{number}.json").write_text(json.dumps(OBJECTS[form][0]), encoding="utf-8")
    with pytest.raises(InputRefused, match="several formats: doccano, gliner"):
        detected_format(PathFiles("folder", {path.name: path for path in tmp_path.iterdir()}))


def test_a_version_with_its_formats_is_records(tmp_path: Path) -> None:
    paths = {}
    for name in ("manifest.json", "train.jsonl", "formats/brat/a.ann", "formats/doccano/train.jsonl"):
        paths[name] = tmp_path / name.replace("/", "-")
        paths[name].write_text("{}", encoding="utf-8")
    assert detected_format(PathFiles("folder", paths)) == "records"


def test_a_first_value_that_is_longer_than_the_head_is_read_to_its_end(tmp_path: Path) -> None:
    entities = [{"start": 0, "end": 3, "label": "GPE", "score": 0.9}]
    for value, form in (
        ({"text": "Gao attaque. " * 20_000, "entities": entities}, "gliner"),
        (["Gao attaque. " * 20_000, {"entities": []}], "spacy"),
    ):
        assert detected(tmp_path, json.dumps(value).encode()) == form
        assert detected(tmp_path, json.dumps([value]).encode()) == form
