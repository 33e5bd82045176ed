"""Parquet tables as `datasets`, pandas and pyarrow write them."""

import datetime
import shutil
from pathlib import Path
from typing import Any

import pandas
import pyarrow
import pytest
from datasets import ClassLabel, Dataset, Features, List, Sequence, Value
from pyarrow import parquet

from curator.bootstrap.importing import import_format
from curator.files.imports import tables
from curator.steps.ports.documents import Refused
from tests.files.formats.hard_case import written
from tests.files.imports.as_imported import documents, labelled, put, read, refusal

TAGS = ["O", "B-PER", "I-PER", "B-GPE", "I-GPE"]
TOKENS: dict[str, list[list[Any]]] = {
    "tokens": [["Zoé", "Martin", "à", "Paris"], [], ["Lyon"]],
    "ner_tags": [[1, 2, 0, 3], [], [3]],
}
TEXT = "Zoé Martin à Paris"
SPANS = [{"start": 0, "end": 10, "label": "PER"}, {"start": 13, "end": 18, "label": "GPE"}]
WANTED = [("entities", "Zoé Martin", "PER"), ("entities", "Paris", "GPE")]


@pytest.mark.parametrize("kind", [List, Sequence])
def test_tokens_with_tags_that_datasets_names(tmp_path: Path, kind: Any) -> None:
    features = Features({"tokens": kind(Value("string")), "ner_tags": kind(ClassLabel(names=TAGS))})
    Dataset.from_dict({**TOKENS}, features=features).to_parquet(tmp_path / "validation-00000-of-00001.parquet")
    first, second = documents("", tmp_path)
    assert (first.text, labelled(first), first.split) == (TEXT, WANTED, "dev")
    assert labelled(second) == [("entities", "Lyon", "GPE")]


def test_tags_may_be_texts(tmp_path: Path) -> None:
    tags = [[TAGS[tag] for tag in of] for of in TOKENS["ner_tags"]]
    Dataset.from_dict({"id": ["a", "b", "c"], **TOKENS, "ner_tags": tags}).to_parquet(tmp_path / "train.parquet")
    first, _ = documents("", tmp_path)
    assert (labelled(first), first.id, first.split) == (WANTED, "a", "train")


@pytest.mark.parametrize("column", ["spans", "entities"])
@pytest.mark.parametrize("keys", [("start", "end", "label"), ("start_offset", "end_offset", "type")])
def test_texts_with_spans(tmp_path: Path, column: str, keys: tuple[str, ...]) -> None:
    spans = [dict(zip(keys, span.values(), strict=True)) for span in SPANS]
    row = {"text": TEXT, column: spans, "page": 3, "seen": datetime.date(2026, 1, 2), "meta": {"a": [1]}}
    Dataset.from_list([row, {**row, column: []}]).to_parquet(tmp_path / "a.parquet")
    first, second = documents("", tmp_path)
    assert labelled(first) == WANTED
    assert labelled(second) == []
    assert first.meta == {"page": 3, "seen": "2026-01-02", "a": [1]}


def test_labels_of_spans_may_be_classes_and_spans_lists_of_columns(tmp_path: Path) -> None:
    span = {"start": Value("int64"), "end": Value("int64"), "label": ClassLabel(names=["GPE", "PER"])}
    rows = [{**one, "label": ["GPE", "PER"].index(str(one["label"]))} for one in SPANS]
    features = Features({"text": Value("string"), "spans": List(span)})
    Dataset.from_list([{"text": TEXT, "spans": rows}], features=features).to_parquet(tmp_path / "a.parquet")
    struct = {key: [one[key] for one in SPANS] for key in ("start", "end", "label")}
    pandas.DataFrame({"text": [TEXT], "entities": [struct]}).to_parquet(tmp_path / "b.parquet")
    first, second = documents("", tmp_path)
    assert labelled(first) == labelled(second) == WANTED


def test_offsets_in_utf_16_are_proven_by_words(tmp_path: Path) -> None:
    span = {"start": 3, "end": 7, "label": "GPE", "text": "Kyïv"}
    pandas.DataFrame({"text": ["🇫 Kyïv"], "spans": [[span]]}).to_parquet(tmp_path / "a.parquet")
    (document,) = documents("", tmp_path)
    assert labelled(document) == [("entities", "Kyïv", "GPE")]


def test_a_version_that_datasets_wrote_again(tmp_path: Path) -> None:
    lines = tmp_path / "v1.jsonl"
    lines.write_text(
        '{"id":"x","text":"Zoé Martin à Paris","lang":"fr","spans":{"entities":[{"start":0,"end":10,"label":"PER",'
        '"text":"Zoé Martin"}],"events":[]},"relations":[],"attributes":[],"meta":{"n":1},'
        '"provenance":{"last_annotator":"Zoé","annotators":["Zoé"],"ground_truth":true,"source":"a.txt"}}\n',
        encoding="utf-8",
    )
    dataset = Dataset.from_json(str(lines), cache_dir=str(tmp_path / "cache"))
    shutil.rmtree(tmp_path / "cache")
    dataset.to_parquet(tmp_path / "train.parquet")
    (document,) = documents("parquet", tmp_path)
    (annotation,) = document.annotations
    assert labelled(document) == [("entities", "Zoé Martin", "PER")]
    assert (annotation.annotator, annotation.ground_truth, document.source) == ("Zoé", True, "a.txt")
    assert (document.meta, document.lang) == ({"n": 1, "id": "x"}, "fr")


def test_a_row_keeps_its_own_text_and_tokens_are_placed_in_it(tmp_path: Path) -> None:
    row = {
        "text": ["L’ONU, à Paris."],
        "tokens": [["L’", "ONU", ",", "à", "Paris", "."]],
        "ner_tags": [["O", "B-GPE", "O", "O", "B-GPE", "O"]],
        "pos_tags": [[1, 2, 3, 4, 5, 6]],
        "sujets": [["Mali", "ONU"]],
    }
    pandas.DataFrame(row).to_parquet(tmp_path / "a.parquet")
    (document,) = documents("", tmp_path)
    assert document.text == "L’ONU, à Paris."
    assert labelled(document) == [("entities", "ONU", "GPE"), ("entities", "Paris", "GPE")]
    assert (document.meta, document.left_out) == ({"sujets": ["Mali", "ONU"]}, {"token-annotation": 1})


def test_a_row_without_spans_is_not_annotated_and_one_of_none_is(tmp_path: Path) -> None:
    pandas.DataFrame({"text": ["Zoé", "Léa"], "spans": [None, []]}).to_parquet(tmp_path / "a.parquet")
    nobody, negative = documents("", tmp_path)
    assert (nobody.annotations, nobody.left_out) == ((), {"not-annotated": 1})
    assert (len(negative.annotations), negative.left_out) == (1, {})


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"texte": ["Zoé"]}, "no columns of texts with spans; there are texte"),
        ({"text": ["Zoé"], "label": [1]}, "no columns of texts with spans; there are text, label"),
        ({"tokens": [["Zoé"]], "ner_tags": [[1]]}, "tags are numbers that nothing names"),
        ({"tokens": [["Zoé"]], "ner_tags": [["O", "O"]]}, "tokens and tags are not equally many"),
        ({"tokens": [["Zoé", "dort"]], "ner_tags": [["O", "E-PER"]]}, "tag 'E-PER' ends a span that did not begin"),
        ({"tokens": [[1]], "ner_tags": [["O"]]}, "a token is no text"),
        ({"text": [1], "spans": [[]]}, "text is not a string"),
        ({"text": [" "], "spans": [[]]}, "text is empty"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, columns: dict[str, Any], what: str) -> None:
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    told = refusal("", tmp_path)
    assert told.startswith(what)
    assert f"{tmp_path}/a.parquet" in told


@pytest.mark.parametrize("cut", [0, 3, 200, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    _, files, _ = written("parquet")
    put(tmp_path, {**files, "spans.parquet": files["spans.parquet"][:cut]})
    told = refusal("", tmp_path)
    assert told.startswith("Parquet cannot be read")
    assert f"{tmp_path}/spans.parquet" in told


def rewritten(folder: Path, table: str, rows: Any) -> None:
    path = folder / f"{table}.parquet"
    whole = parquet.read_table(path)
    parquet.write_table(rows(whole), path)


@pytest.mark.parametrize(
    ("table", "rows", "what"),
    [
        ("spans", lambda whole: whole.take(list(reversed(range(whole.num_rows)))), "row is of document"),
        ("documents", lambda whole: whole.slice(1), "row is of document"),
        ("documents", lambda whole: whole.drop_columns(["meta"]), "no column 'meta'; there are id, split, text, lang"),
        ("relations", lambda whole: whole.drop_columns(["head"]), "no column 'head'; there are document"),
        (
            "attributes",
            lambda whole: whole.set_column(4, "value", pyarrow.array(["{"] * whole.num_rows)),
            "value is no JSON",
        ),
        (
            "documents",
            lambda whole: whole.set_column(1, "split", pyarrow.array(["eval"] * whole.num_rows)),
            "unknown split 'eval'",
        ),
    ],
)
def test_our_tables_that_contradict_each_other_are_refused(tmp_path: Path, table: str, rows: Any, what: str) -> None:
    _, files, _ = written("parquet")
    put(tmp_path, files)
    rewritten(tmp_path, table, rows)
    assert refusal("", tmp_path).startswith(what)


def test_a_table_of_ours_without_the_others_is_one_of_any_columns(tmp_path: Path) -> None:
    _, files, _ = written("parquet")
    put(tmp_path, {"documents.parquet": files["documents.parquet"]})
    assert refusal("", tmp_path).startswith("no columns of texts with spans; there are id, split, text")


def test_documents_of_many_batches_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_BATCH", 2)
    _, files, _ = written("parquet")
    assert len(documents("", put(tmp_path, files))) == 9


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from curator.domain.errors import CuratorError
    from curator.files.formats import extras
    from curator.steps.ports.imports import ImportParts

    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    parts = ImportParts(lambda: lambda _: None, lambda _: None)  # type: ignore[arg-type, return-value]
    for form, package in (("parquet", "pyarrow"), ("cas", "dkpro-cassis")):
        with pytest.raises(CuratorError, match=f"format {form} cannot be read without {package}"):
            import_format(form, parts)


def test_no_text_is_half_in(tmp_path: Path) -> None:
    rows = [{"tokens": ["Zoé"], "ner_tags": ["B-PER"]}, {"tokens": ["Zoé"], "ner_tags": ["PER"]}]
    Dataset.from_list(rows).to_parquet(tmp_path / "a.parquet")
    (refused,) = read("", tmp_path)
    assert isinstance(refused, Refused)
    assert f"{tmp_path}/a.parquet:2, token 1" in str(refused.error)
