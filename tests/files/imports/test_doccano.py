"""What doccano exports, by hand from its published descriptions: it does not run here."""

import json
import zipfile
from pathlib import Path

import pytest

from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument
from tests.files.imports.json_values import only, read, read_lines, read_list, said, spans

TEXT = "Gao : l'armée attaque Kidal."
GAO, ATTACK = [0, 3, "GPE"], [14, 21, "ATTACK"]


@pytest.mark.parametrize("key", ["label", "labels", "entities"])
@pytest.mark.parametrize("reading", [read_lines, read_list])
def test_spans_as_lists_under_any_key(tmp_path: Path, key: str, reading) -> None:  # type: ignore[no-untyped-def]
    document = only(reading(tmp_path, [{"id": 7, "text": TEXT, key: [GAO, ATTACK]}], "doccano"))
    assert spans(document) == [("Gao", "GPE"), ("attaque", "ATTACK")]
    assert (document.id, dict(document.meta), dict(document.left_out)) == ("7", {"id": "7"}, {})


def test_a_text_under_data(tmp_path: Path) -> None:
    assert spans(only(read_lines(tmp_path, [{"id": 1, "data": TEXT, "label": [GAO]}]))) == [("Gao", "GPE")]


def test_entities_with_relations_and_comments(tmp_path: Path) -> None:
    line = {
        "id": 9,
        "text": TEXT,
        "entities": [
            {"id": 31, "label": "GPE", "start_offset": 22, "end_offset": 27},
            {"id": 32, "label": "ATTACK", "start_offset": 14, "end_offset": 21},
        ],
        "relations": [{"id": 5, "from_id": 32, "to_id": 31, "type": "place"}],
        "Comments": ["à revoir", "non"],
        "journal": "Le Fleuve",
    }
    document = only(read_lines(tmp_path, [line]))
    assert spans(document) == [("Kidal", "GPE"), ("attaque", "ATTACK")]
    (relation,) = document.annotations[0].body["relations"]
    assert (relation["head"], relation["child"], relation["label"]) == (32, 31, "place")
    assert dict(document.meta) == {"id": "9", "journal": "Le Fleuve"}
    assert document.left_out == {"comment": 2}


@pytest.mark.parametrize(
    ("line", "count"),
    [({"label": ["politique", "Mali"]}, 2), ({"label": "politique"}, 1), ({"cats": ["x"], "entities": []}, 1)],
)
def test_labels_of_a_whole_text_are_counted_and_no_metadata(tmp_path: Path, line: object, count: int) -> None:
    document = only(read_lines(tmp_path, [{"text": TEXT, **line}], "doccano"))  # type: ignore[dict-item]
    unannotated = {} if "entities" in line else {"not-annotated": 1}  # type: ignore[operator]
    assert (dict(document.meta), document.left_out) == ({}, {"document-label": count, **unannotated})
    assert bool(document.annotations) == ("entities" in line)  # type: ignore[operator]


def test_each_file_of_an_archive_is_of_its_user(tmp_path: Path) -> None:
    path = tmp_path / "projet.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("all", "awa", "train", "unknown"):
            archive.writestr(f"{name}.jsonl", json.dumps({"text": f"{name} : {TEXT}", "label": []}))
    documents = [document for document in read(path, "doccano") if isinstance(document, ImportedDocument)]
    assert [(document.text.split()[0], document.annotations[0].annotator) for document in documents] == [
        ("all", ""),
        ("awa", "awa"),
        ("train", ""),
        ("unknown", ""),
    ]
    assert [document.split for document in documents] == [None, None, "train", None]


def test_a_file_that_is_in_no_archive_is_of_nobody(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("a", "b"):
        read_lines(tmp_path / "folder", [{"text": TEXT + name, "label": []}], name=f"{name}.jsonl")
    documents = read(tmp_path / "folder")
    assert [document.annotations[0].annotator for document in documents if isinstance(document, ImportedDocument)] == [
        "",
        "",
    ]
    assert len(documents) == 2


def test_old_annotations_are_of_those_who_made_them(tmp_path: Path) -> None:
    annotations = [
        {"label": 3, "start_offset": 0, "end_offset": 3, "user": 1},
        {"label": "GPE", "start_offset": 22, "end_offset": 27, "user": 2},
    ]
    document = only(read_lines(tmp_path, [{"id": 1, "text": TEXT, "annotations": annotations, "meta": {}}]))
    assert [annotation.annotator for annotation in document.annotations] == ["user 1", "user 2"]
    assert [spans(document, number) for number in range(2)] == [[("Gao", 3)], [("Kidal", "GPE")]]


def test_a_text_that_is_empty_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    refused, document = read_lines(tmp_path, [{"text": " ", "label": []}, {"text": TEXT, "label": []}])
    assert isinstance(refused, Refused)
    assert "lines.jsonl:1" in str(refused.error)
    assert isinstance(document, ImportedDocument)


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ('{"text": "Gao", "entities": 3}', "'entities' is a number"),
        ('{"text": "Gao", "entities": ["O", "B-GPE"]}', "'entities' holds tags"),
        ('{"text": "Gao", "entities": [], "relations": "x"}', "'relations' is a string"),
        ('{"texte": "Gao"}', "no key 'text'"),
        ("[1, 2]", "a list where an object should be"),
        ('{"text": "Gao", "la', "not JSON"),
    ],
)
def test_of_a_file_with_a_broken_line_nothing_is_read(tmp_path: Path, broken: str, what: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": TEXT, "label": []}) + "\n" + broken, encoding="utf-8")
    line = said(read(path, "doccano"))
    assert what in line
    assert "a.jsonl:2" in line


def test_spans_under_a_key_of_nobody_are_refused_or_counted_and_no_metadata(tmp_path: Path) -> None:
    mentions = [{"begin": 0, "end": 3, "type": "GPE"}]
    line = said(read_lines(tmp_path, [{"text": TEXT, "label": [], "mentions": mentions}]))
    assert "'mentions' holds what look like spans" in line
    assert "lines.jsonl:1" in line
    document = only(read_lines(tmp_path, [{"text": TEXT, "label": [GAO], "mentions": mentions}]))
    assert (dict(document.meta), document.left_out) == ({}, {"spans-under-mentions": 1})


def test_keys_that_are_anybodys_are_metadata(tmp_path: Path) -> None:
    others = {"tags": ["Mali"], "links": ["https://exemple.test"], "comments": "vu", "words": 5}
    document = only(read_lines(tmp_path, [{"text": TEXT, "label": [GAO], **others}]))
    assert (dict(document.meta), dict(document.left_out)) == (others, {})
