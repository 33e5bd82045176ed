"""What Prodigy's `db-out` writes, by hand from its published descriptions: it does not run here."""

from pathlib import Path
from typing import Any

import pytest

from curator.steps.ports.imports import ImportedDocument, LeftOut
from tests.files.imports.json_values import only, read_lines, said, spans

TEXT = "Gao : l'armée attaque Kidal."
TOKENS = [
    {"text": "Gao", "start": 0, "end": 3, "id": 0, "ws": True},
    {"text": ":", "start": 4, "end": 5, "id": 1, "ws": True},
    {"text": "l'", "start": 6, "end": 8, "id": 2, "ws": False},
    {"text": "armée", "start": 8, "end": 13, "id": 3, "ws": True},
    {"text": "attaque", "start": 14, "end": 21, "id": 4, "ws": True},
    {"text": "Kidal", "start": 22, "end": 27, "id": 5, "ws": False},
]
GAO = {"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "GPE"}
ATTACK = {"start": 14, "end": 21, "token_start": 4, "token_end": 4, "label": "ATTACK"}


def prodigy_task(**fields: Any) -> dict[str, Any]:
    return {
        "text": TEXT,
        "tokens": TOKENS,
        "spans": [GAO, ATTACK],
        "answer": "accept",
        "_input_hash": 11,
        "_task_hash": -12,
        "_view_id": "ner_manual",
        "_session_id": "presse-awa",
        "_annotator_id": "presse-awa",
        "_timestamp": 1_700_000_000,
        "meta": {"n": 1},
        **fields,
    }


def test_a_task_is_of_its_annotator_and_known_by_its_hash(tmp_path: Path) -> None:
    document = only(read_lines(tmp_path, [prodigy_task(rubrique="Monde")]))
    (annotation,) = document.annotations
    assert spans(document) == [("Gao", "GPE"), ("attaque", "ATTACK")]
    assert (annotation.annotator, annotation.key) == ("presse-awa", "-12")
    assert annotation.updated_at == "2023-11-14T22:13:20.000000Z"
    assert dict(document.meta) == {"n": 1, "rubrique": "Monde"}
    assert not document.left_out


def test_rejected_and_ignored_tasks_are_left_out_by_cause(tmp_path: Path) -> None:
    items = read_lines(tmp_path, [prodigy_task(answer="reject"), prodigy_task(answer="ignore"), prodigy_task()])
    assert [item.cause for item in items if isinstance(item, LeftOut)] == ["rejected", "ignored"]
    assert isinstance(items[2], ImportedDocument)


def test_a_rejected_span_is_left_out_with_the_relations_to_it(tmp_path: Path) -> None:
    rejected = {**GAO, "answer": "reject"}
    relation = {"head": 4, "child": 0, "head_span": ATTACK, "child_span": GAO, "label": "place"}
    document = only(read_lines(tmp_path, [prodigy_task(spans=[rejected, ATTACK], relations=[relation])]))
    assert spans(document) == [("attaque", "ATTACK")]
    assert document.annotations[0].body["relations"] == []
    assert document.left_out == {"rejected-span": 1, "relation-of-left-out-span": 1}


@pytest.mark.parametrize("with_spans", [True, False])
def test_relations_lead_to_spans_by_place_or_by_last_token(tmp_path: Path, with_spans: bool) -> None:
    ends = {"head_span": ATTACK, "child_span": GAO} if with_spans else {}
    relation = {"head": 4, "child": 0, "label": "place", **ends}
    document = only(read_lines(tmp_path, [prodigy_task(relations=[relation])]))
    (read,) = document.annotations[0].body["relations"]
    names = {span["id"]: span["label"] for span in document.annotations[0].body["spans"]}
    assert (names[read["head"]], names[read["child"]]) == ("ATTACK", "GPE")


def test_spans_by_tokens_alone(tmp_path: Path) -> None:
    span = {"token_start": 2, "token_end": 3, "label": "ORG"}
    assert spans(only(read_lines(tmp_path, [prodigy_task(spans=[span])]))) == [("l'armée", "ORG")]
    line = said(read_lines(tmp_path, [prodigy_task(spans=[{**span, "token_end": 6}])]))
    assert "no token 6" in line
    assert "lines.jsonl:1" in line


def test_choices_are_counted(tmp_path: Path) -> None:
    options = [{"id": "a", "text": "oui"}, {"id": "b", "text": "non"}]
    document = only(read_lines(tmp_path, [prodigy_task(options=options, accept=["a"])]))
    assert document.left_out == {"choice": 1}
    assert "options" not in document.meta


@pytest.mark.parametrize("medium", ["image", "audio", "video"])
def test_tasks_about_no_text_are_refused_by_name(tmp_path: Path, medium: str) -> None:
    line = said(read_lines(tmp_path, [prodigy_task(), {**prodigy_task(), medium: "photo.jpg"}]))
    assert f"a task about {medium}" in line
    assert "lines.jsonl:2" in line


def test_without_an_annotator_nobody_is_made_up(tmp_path: Path) -> None:
    document = only(read_lines(tmp_path, [prodigy_task(_session_id=None, _annotator_id=None)]))
    assert document.annotations[0].annotator == ""
