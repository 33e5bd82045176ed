"""A text that nobody looked at is no negative example; one with an explicit empty list is."""

from pathlib import Path
from typing import Any

import pytest

from curator.domain.canonical import document_id
from tests.files.imports.json_values import only, read_lines, said, spans

TEXT = "Gao : rien de neuf au marché."
OPTIONS = [{"id": "a", "text": "oui"}]


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("doccano", {}),
        ("doccano", {"label": None}),
        ("doccano", {"label": "politique"}),
        ("doccano", {"label": ["politique"]}),
        ("records", {}),
        ("records", {"id": document_id(TEXT), "lang": "fr"}),
        ("spacy", {"cats": {"politique": 1.0}}),
        ("gliner", {}),
        ("prodigy", {"_task_hash": 1}),
        ("prodigy", {"_task_hash": 1, "answer": None, "tokens": []}),
        ("prodigy", {"answer": "accept"}),
        ("prodigy", {"answer": "accept", "label": "politique", "tokens": []}),
        ("prodigy", {"answer": "accept", "options": OPTIONS, "accept": ["a"], "_view_id": "choice", "tokens": []}),
        ("prodigy", {"answer": "accept", "_view_id": "classification", "tokens": []}),
    ],
)
def test_a_line_that_nobody_annotated_has_no_annotation(tmp_path: Path, form: str, line: dict[str, Any]) -> None:
    document = only(read_lines(tmp_path, [{"text": TEXT, **line}], form))
    assert (document.annotations, document.left_out["not-annotated"]) == ((), 1)


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("doccano", {"label": []}),
        ("doccano", {"entities": []}),
        ("records", {"spans": {}}),
        ("records", {"relations": []}),
        ("records", {"id": document_id(TEXT), "spans": {"entities": []}}),
        ("gliner", {"ner": []}),
        ("spacy", {"entities": []}),
        ("prodigy", {"_task_hash": 1, "spans": []}),
        ("prodigy", {"answer": "accept", "tokens": []}),
        ("prodigy", {"answer": "accept", "_view_id": "ner_manual"}),
        ("prodigy", {"answer": "accept", "_view_id": "spans_manual"}),
        ("prodigy", {"answer": "accept", "_view_id": "relations"}),
    ],
)
def test_an_explicit_empty_list_is_an_annotation(tmp_path: Path, form: str, line: dict[str, Any]) -> None:
    document = only(read_lines(tmp_path, [{"text": TEXT, **line}], form))
    assert len(document.annotations) == 1
    assert "not-annotated" not in document.left_out


@pytest.mark.parametrize("answer", ["rejected", 1, True, ["accept"], ""])
def test_an_answer_that_is_unknown_refuses_the_line(tmp_path: Path, answer: Any) -> None:
    line = said(read_lines(tmp_path, [{"text": TEXT, "spans": [], "answer": answer}], "prodigy"))
    assert "unknown answer" in line
    assert "lines.jsonl:1" in line


def test_records_of_others_are_read_as_ingest_reads_them(tmp_path: Path) -> None:
    given = [
        {"start_offset": 0, "end_offset": 3, "label": "GPE"},
        {"start": 6, "end": 10, "label": "GPE", "answer": "reject"},
        {"begin": 14, "stop": 18, "entity_group": "DATE"},
    ]
    provenance = {"annotators": ["awa"], "source": "presse/a.txt", "ground_truth": True}
    line = {"id": "n1", "text": TEXT, "spans": given, "provenance": provenance, "rubrique": "Monde"}
    document = only(read_lines(tmp_path, [line], "records"))
    assert spans(document) == [("Gao", "GPE"), ("neuf", "DATE")]
    assert document.left_out == {"rejected-span": 1}
    (annotation,) = document.annotations
    assert (annotation.annotator, annotation.ground_truth, document.source) == ("awa", True, "presse/a.txt")
    assert dict(document.meta) == {"id": "n1", "rubrique": "Monde"}
    own = only(read_lines(tmp_path, [{**line, "id": document_id(TEXT)}], "records"))
    assert list(own.annotations[0].body["spans"]) == given


def test_the_id_of_another_tool_is_kept_and_ours_is_not(tmp_path: Path) -> None:
    line = {"text": TEXT, "label": []}
    assert dict(only(read_lines(tmp_path, [{**line, "id": 7}], "doccano")).meta) == {"id": "7"}
    assert dict(only(read_lines(tmp_path, [{**line, "id": 7, "meta": {"id": 8}}], "doccano")).meta) == {"id": 8}
    own = {"id": f"{document_id(TEXT)}#1", "text": TEXT, "spans": []}
    assert dict(only(read_lines(tmp_path, [own], "records")).meta) == {}


def test_links_of_spans_are_counted_in_objects_as_in_lists(tmp_path: Path) -> None:
    linked = {"start": 0, "end": 3, "label": "GPE", "kb_id": "Q1"}
    for entities in ([linked, {**linked, "start": 1, "kb_id": ""}], [[0, 3, "GPE", "Q1"]]):
        document = only(read_lines(tmp_path, [{"text": TEXT, "entities": entities}], "spacy"))
        assert document.left_out == {"entity-link": 1}
