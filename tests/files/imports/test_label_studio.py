"""Label Studio's exports, as the server writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from curator.domain.canonical import canonicalise
from curator.domain.carried import carry_over
from curator.domain.span import attribute_value, relation_value
from curator.label_studio.results import read_result
from curator.steps.intake.foreign_labels import LabelMap
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument
from tests.fakes.parts import SCHEMA
from tests.files.imports.json_values import only, read, read_list, said, spans

TEXT = "Gao 😀 : l'armée attaque Kidal."


def region(
    start: int, end: int, label: Any, control: str = "entities", name: str = "r1", **rest: Any
) -> dict[str, Any]:
    labels = label if isinstance(label, list) else [label]
    value = {"start": start, "end": end, "text": "mot que personne ne lit", "labels": labels}
    return {"id": name, "from_name": control, "to_name": "text", "type": "labels", "value": value, **rest}


def task(*annotations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": 78,
        "data": {"text": TEXT, "rubrique": "Monde"},
        "annotations": list(annotations),
        "predictions": [],
        "drafts": [],
        "meta": {},
        "created_at": "2026-11-22T01:40:16.026708Z",
        "updated_at": "2026-11-22T01:51:57.047951Z",
        "project": 11,
        **fields,
    }


def annotation(number: int, *result: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "completed_by": 3,
        "result": list(result),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-11-22T01:40:28.394350Z",
        "updated_at": "2026-11-22T02:40:28+01:00",
        "lead_time": 7.29,
        "prediction": {"id": 29, "result": []},
        **fields,
    }


GAO, ATTACK = region(0, 3, "GPE"), region(16, 23, "ATTACK", "events", "r2")


def test_each_annotation_is_of_its_person_and_known_by_its_id(tmp_path: Path) -> None:
    mail = {"id": 4, "email": "awa@exemple.test", "first_name": "", "last_name": ""}
    document = only(
        read_list(
            tmp_path,
            [
                task(
                    annotation(111, GAO),
                    annotation(112, ATTACK, completed_by=mail, ground_truth=True),
                    annotation(113, completed_by={"id": 5}, was_cancelled=True, lead_time=None),
                    annotation(114, result=None, was_cancelled=True),
                )
            ],
        )
    )
    assert [(of.annotator, of.key, of.skipped, of.ground_truth) for of in document.annotations] == [
        ("user 3", "111", False, False),
        ("awa@exemple.test", "112", False, True),
        ("user 5", "113", True, False),
        ("user 3", "114", True, False),
    ]
    assert [spans(document, number) for number in range(2)] == [[("Gao", "GPE")], [("attaque", "ATTACK")]]
    first = document.annotations[0]
    assert (first.lead_time, first.updated_at) == (7.29, "2026-11-22T01:40:28.000000Z")
    assert (dict(document.meta), document.id, document.code_points) == ({"rubrique": "Monde", "id": "78"}, "78", True)


def test_predictions_and_drafts_are_counted_and_no_annotations(tmp_path: Path) -> None:
    predictions = [3, {"id": 4, "result": [GAO]}]
    document = only(read_list(tmp_path, [task(predictions=predictions, drafts=[{"result": [GAO]}])]))
    assert document.annotations == ()
    assert document.left_out == {"predictions": 2, "drafts": 1}


RELATION = {"type": "relation", "from_id": "r2", "to_id": "r1", "direction": "left", "labels": ["place"]}
RESULTS: dict[str, list[Any]] = {
    "regions": [GAO, ATTACK],
    "relations before their regions": [RELATION, GAO, ATTACK],
    "both ways, without direction": [
        GAO,
        ATTACK,
        {**RELATION, "direction": "bi"},
        {k: v for k, v in RELATION.items() if k != "direction"},
    ],
    "a region of two layers": [
        region(16, 23, "ATTACK", "events"),
        region(16, 23, "GPE"),
        region(0, 3, "PER", name="r2"),
        RELATION,
        {**RELATION, "direction": "right"},
    ],
    "a region of two labels": [region(0, 3, ["GPE", "PER"]), ATTACK, {**RELATION, "direction": "right"}],
    "choices, notes": [
        GAO,
        {**GAO, "type": "choices", "from_name": "certitude", "value": {"start": 0, "end": 3, "choices": ["douteux"]}},
        {**GAO, "type": "textarea", "from_name": "note", "value": {"start": 0, "end": 3, "text": ["nom complet"]}},
        {"id": "x", "type": "choices", "from_name": "certitude", "to_name": "text", "value": {"choices": ["douteux"]}},
        {**ATTACK, "meta": {"text": ["à vérifier"]}},
    ],
}


@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_means_what_it_means_to_sync(tmp_path: Path, kind: str) -> None:
    document = only(read_list(tmp_path, [task(annotation(1, *RESULTS[kind]))]))
    body = LabelMap().applied(document.annotations[0].body, SCHEMA)
    content = carry_over(body, TEXT, canonicalise(TEXT), SCHEMA)
    synced = read_result(RESULTS[kind], TEXT, SCHEMA)
    assert not content.problems
    assert not synced.problems
    assert set(content.spans) == set(synced.spans)
    assert len(content.spans) == len(synced.spans)
    assert {str(relation_value(item)) for item in content.relations} == {
        str(relation_value(item)) for item in synced.relations
    }
    assert [attribute_value(item) for item in content.attributes] == [
        attribute_value(item) for item in synced.attributes
    ]
    assert not document.left_out


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        (region(0, 900, "GPE"), "offsets-outside-text"),
        (region(0, 3, "ZZZ"), "unknown-label"),
        (region(0, 3, []), "unknown-label"),
        ({**RELATION, "to_id": "r9"}, "relation-without-span"),
        ({**RELATION, "labels": []}, "unknown-relation"),
        ({"type": "choices", "from_name": "certitude", "id": "r9", "value": {"start": 0}}, "malformed-item"),
        (
            {"type": "choices", "from_name": "certitude", "id": "r9", "value": {"start": 0, "choices": ["douteux"]}},
            "attribute-without-span",
        ),
        ("x", "malformed-item"),
        ({"type": 3}, "offsets-not-integers"),
        ([0, 3, "GPE"], "offsets-not-integers"),
    ],
)
def test_what_does_not_fit_has_a_cause(tmp_path: Path, item: Any, cause: str) -> None:
    document = only(read_list(tmp_path, [task(annotation(1, item, ATTACK))]))
    body = LabelMap().applied(document.annotations[0].body, SCHEMA)
    content = carry_over(body, TEXT, canonicalise(TEXT), SCHEMA)
    assert [problem.cause for problem in content.problems] == [cause]


def test_the_control_of_another_interface_says_nothing(tmp_path: Path) -> None:
    result = [region(0, 3, "GPE", "label"), region(16, 23, "ATTACK", "label", "r2"), RELATION]
    document = only(read_list(tmp_path, [task(annotation(1, *result))]))
    body = LabelMap().applied(document.annotations[0].body, SCHEMA)
    content = carry_over(body, TEXT, canonicalise(TEXT), SCHEMA)
    assert [span.id for span in content.spans] == ["entities:0-3:GPE", "events:16-23:ATTACK"]
    assert len(content.relations) == 1
    assert not content.problems


def test_regions_of_another_kind_are_counted(tmp_path: Path) -> None:
    box = {"id": "b", "type": "rectanglelabels", "from_name": "boxes", "to_name": "img", "value": {"x": 1}}
    choice = {"id": "b", "type": "choices", "from_name": "certitude", "to_name": "img", "value": {"choices": ["x"]}}
    document = only(read_list(tmp_path, [task(annotation(1, box, choice, GAO, {**RELATION, "to_id": "b"}))]))
    assert spans(document) == [("Gao", "GPE")]
    assert document.left_out == {"rectanglelabels-region": 1, "region-of-another-object": 2}


def test_the_only_text_is_the_text_and_regions_name_it_or_their_words_show_it(tmp_path: Path) -> None:
    where = {"start": 0, "end": 3, "text": "Gao", "labels": ["GPE"]}
    by_words = {**GAO, "to_name": "objet", "value": where}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"corps": TEXT, "n": 3}, GAO),
        ({"corps": TEXT, "titre": "Kidal attaquée"}, {**GAO, "to_name": "corps"}),
        ({"corps": TEXT, "titre": "Kidal attaquée"}, by_words),
    ]
    for data, item in cases:
        document = only(read_list(tmp_path, [task(annotation(1, item), data=data)]))
        assert document.text == TEXT
        assert "corps" not in document.meta


def test_the_key_is_that_of_all_tasks(tmp_path: Path) -> None:
    tasks = [task(data={"a": "Un titre", "b": TEXT}), task(annotation(1, GAO), data={"b": "Kidal attaquée."})]
    items = read_list(tmp_path, tasks)
    assert [item.text for item in items if isinstance(item, ImportedDocument)] == [TEXT, "Kidal attaquée."]


@pytest.mark.parametrize(
    ("tasks", "what"),
    [
        ([task(data={"a": TEXT, "b": "Autre"})], "nothing says which is the text: 'a', 'b'"),
        ([task(data={"a": TEXT}), task(data={"b": TEXT})], "no text in common"),
        (
            [task(annotation(1, {**GAO, "to_name": "a"}, {**ATTACK, "to_name": "b"}), data={"corps": TEXT})],
            "regions are of several objects: 'a', 'b'",
        ),
        ([task(), {"id": 3, "annotations": []}], "no task: it has no `data`"),
        ([task(annotations={"a": 1})], "`annotations` is no list of objects"),
        ([task({"id": 1, "result": "x"})], "the `result` of an annotation is a string"),
        ([task(annotation(1, updated_at="hier"))], "'hier' is no time"),
        ([task(annotation(1, lead_time="long"))], "`lead_time` is a string"),
        ([3], "a number where an object should be"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_nothing_is_in(tmp_path: Path, tasks: list[Any], what: str) -> None:
    line = said(read_list(tmp_path, tasks, "label-studio"))
    assert what in line
    assert "list.json" in line


def test_what_is_in_another_text_is_counted(tmp_path: Path) -> None:
    title = {**GAO, "id": "t", "to_name": "titre"}
    document = only(read_list(tmp_path, [task(annotation(1, title, ATTACK))]))
    assert spans(document) == [("attaque", "ATTACK")]
    assert document.left_out == {"region-of-another-object": 1}


def test_a_task_without_a_text_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    refused, document = read_list(tmp_path, [task(data={"text": " "}), task()])
    assert isinstance(refused, Refused)
    assert "list.json:1" in str(refused.error)
    assert isinstance(document, ImportedDocument)


ROW = {
    "doc_id": "L1",
    "text": TEXT,
    "id": 78,
    "entities": [{"start": 0, "end": 3, "text": "x", "labels": ["GPE"]}],
    "certitude": "douteux",
    "events": [{"start": 16, "end": 23, "text": "x", "labels": ["ATTACK"]}],
    "annotator": 3,
    "annotation_id": 320,
    "created_at": "2026-11-22T01:51:44.764541Z",
    "updated_at": "2026-11-22T01:51:57.023635Z",
    "lead_time": 10.216,
}


def test_a_row_of_json_min_is_an_annotation(tmp_path: Path) -> None:
    other = {**ROW, "annotator": "awa@exemple.test", "annotation_id": 321, "entities": []}
    first, second = read_list(tmp_path, [ROW, other])
    document = only([first])
    assert spans(document) == [("Gao", "GPE"), ("attaque", "ATTACK")]
    assert [span["layer"] for span in document.annotations[0].body["spans"]] == ["entities", "events"]
    assert (document.annotations[0].annotator, document.annotations[0].key) == ("user 3", "320")
    assert (dict(document.meta), document.id) == ({"doc_id": "L1", "id": "78"}, "78")
    assert document.left_out == {"attribute-of-no-place": 1}
    assert only([second]).annotations[0].annotator == "awa@exemple.test"


def test_rows_tell_their_text_as_tasks_do(tmp_path: Path) -> None:
    row = {"titre": "Kidal attaquée", "corps": TEXT, **{key: of for key, of in ROW.items() if key != "text"}}
    assert "nothing says which is the text" in said(read_list(tmp_path, [row]))
    row["entities"] = [{"start": 0, "end": 3, "text": "Gao", "labels": ["GPE"]}]
    assert only(read_list(tmp_path, [row])).text == TEXT


def test_an_export_of_two_people_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([task(annotation(1, GAO))], ensure_ascii=False), encoding="utf-16")
    assert spans(only(read(path))) == [("Gao", "GPE")]
    path.write_bytes(path.read_text(encoding="utf-16").replace("😀", "é").encode("cp1252"))
    assert "not valid utf-8" in said(read(path, "label-studio"))


def test_a_region_without_labels_loses_no_other_of_its_control(tmp_path: Path) -> None:
    regions = [
        {"start": 0, "end": 3, "labels": ["GPE"]},
        {"start": 16, "end": 23},
        {"start": 4, "end": 5, "labels": []},
    ]
    document = only(read_list(tmp_path, [{**ROW, "entities": regions}]))
    assert spans(document) == [("Gao", "GPE"), (TEXT[16:23], None), (TEXT[4:5], None), ("attaque", "ATTACK")]
    held = carry_over(document.annotations[0].body, document.text, canonicalise(document.text), SCHEMA)
    assert (len(held.spans), len(held.problems)) == (2, 2)
