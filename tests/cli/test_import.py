"""`curator import`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ENGLISH, FRENCH, Run

KEYS = {
    *("documents", "new_documents", "annotations", "changed", "unchanged", "spans", "relations", "attributes"),
    *("splits", "with_near_duplicates", "bridging_splits", "undated", "splits_kept"),
    *("quarantined", "left_out", "recounted", "cut_words", "language_doubtful", "refused"),
    *("problems", "recounted_texts", "cut_words_texts", "doubtful_texts", "unknown_labels", "splits_kept_texts"),
}


def write(folder: Path, *records: dict[str, Any], name: str = "gold.jsonl") -> str:
    (folder / name).write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return name


def record(text: str = FRENCH, *, end: int = 25, label: str = "PER", annotator: str = "Zoé", **span: Any) -> Any:
    place = {"start": 13, "end": end, "label": label, **span}
    return {
        "id": "1",
        "text": text,
        "spans": {"entities": [place], "events": []},
        "relations": [],
        "attributes": [],
        "provenance": {"last_annotator": annotator} if annotator else {},
    }


def test_an_import_reports_what_it_took_in_and_again_that_nothing_changed(run: Run, folder: Path) -> None:
    path = write(folder, record())
    ran = run("import", path, "--json")
    assert ran.code == 0, ran.err
    assert set(ran.json) == KEYS
    assert {key: ran.json[key] for key in ("documents", "new_documents", "annotations", "spans")} == {
        "documents": 1,
        "new_documents": 1,
        "annotations": 1,
        "spans": 1,
    }
    assert (ran.json["left_out"], ran.json["refused"]) == ({}, [])
    again = run("import", path, "--json")
    assert (again.code, again.json["annotations"], again.json["unchanged"]) == (0, 0, 1)
    assert run("status", "--json").json["annotations"] == 1


def test_what_waits_for_review_is_counted_apart_and_marked(run: Run, folder: Path) -> None:
    path = write(folder, record())
    assert run("import", path, "--review").code == 0
    status = run("status", "--json").json
    assert (status["annotations"], status["for_review"]) == (0, 1)
    (line,) = run("annotations").out.splitlines()
    assert json.loads(line)["for_review"] is True
    assert run("import", path, "--json").json["annotations"] == 1
    status = run("status", "--json").json
    assert (status["annotations"], status["for_review"]) == (1, 0)


def test_labels_and_annotator_are_as_said(run: Run, folder: Path) -> None:
    path = write(folder, record(label="PERSONNE", annotator=""))
    refused = run("import", path, "--label", "PERSONNE=PER", "--json")
    assert (refused.code, refused.json["annotations"]) == (3, 0)
    assert "name the annotator with --annotator NAME" in refused.error_line
    assert run("import", path, "--annotator", "Ada", "--label", "PERSONNE=PER", "--json").json["spans"] == 1
    (line,) = run("annotations").out.splitlines()
    assert json.loads(line)["annotator"] == "Ada"


def test_what_does_not_fit_is_a_problem_and_the_rest_is_in(run: Run, folder: Path) -> None:
    path = write(folder, record(label="PERSONNE"), record(ENGLISH, end=20))
    ran = run("import", path, "--json")
    assert (ran.code, ran.json["quarantined"], ran.json["annotations"]) == (3, 1, 1)
    assert [entry["name"] for entry in ran.json["refused"]] == ["gold.jsonl:2"]
    lines = ran.err.splitlines()
    assert "quarantined in gold.jsonl:1: a span, relation or attribute that does not fit (unknown-label)" in lines
    assert "no label of the schema: 'PERSONNE', 1 times: say what it is here with --label PERSONNE=OURS" in lines
    assert ran.json["problems"] == [{"name": "gold.jsonl:1", "cause": "unknown-label"}]
    assert ran.json["unknown_labels"] == {"PERSONNE": 1}
    assert "unknown-label" in run("quarantine", "list", "--all").out
    assert run("import", path, "--lang", "fr", "--json").json["refused"] == []


def test_offsets_in_doubt_say_what_to_do(run: Run, folder: Path) -> None:
    text = FRENCH.replace("Ahmed", "Ãhmed")
    at = len(text[: text.index("hier")].encode())
    ran = run("import", write(folder, record(text, start=at, end=at + 4)), "--json")
    assert (ran.code, ran.json["quarantined"]) == (3, 1)
    assert "offsets-in-doubt" in ran.err
    assert "give such spans their words, as `text`, or count code points, and import again" in ran.err


def test_offsets_that_were_counted_anew_are_told(run: Run, folder: Path) -> None:
    at = len(FRENCH[: FRENCH.index("Élysée")].encode())
    elysee = record(start=at, end=at + len("Élysée".encode()), label="ORG")
    elysee["spans"]["entities"][0]["text"] = "Élysée"
    path = write(folder, elysee)
    ran = run("import", path, "--json")
    assert (ran.code, ran.json["recounted"], ran.json["spans"]) == (0, 1, 1)
    assert ran.error_line == "offsets counted anew: those of gold.jsonl:1 were in UTF-8 bytes"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "punched-cards"], "no such format: 'punched-cards': choose of "),
        (["--label", "PERSONNE=NOBODY"], "label 'NOBODY', for 'PERSONNE', is none of the schema's"),
        (["--source", "label-studio:here/1"], "'label-studio:here/1' is no source for an import"),
        (["--source", "presse\udcff"], "--source 'presse\\udcff': text holds a lone surrogate"),
        (["--annotator", "  "], "--annotator is blank"),
        (["--annotator", ""], "--annotator is blank"),
        (["--annotator", "a\x00"], "--annotator 'a\\x00': text holds a NUL character"),
        (["--label", "P\udcff=PER"], "--label 'P\\udcff': text holds a lone surrogate"),
        (["--lang", "en"], "--lang is 'en', and the label schema is for 'fr': give --lang fr, or leave it out"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(run: Run, folder: Path, arguments: list[str], said: str) -> None:
    ran = run("import", write(folder, record()), *arguments)
    assert ran.code == 1
    assert said in ran.error_line
    assert run("status", "--json").json["documents"] == 0


@pytest.mark.parametrize("arguments", [[], ["gold.jsonl", "--label", "PERSONNE"], ["gold.jsonl", "--label", "=PER"]])
def test_what_makes_no_sense_is_a_usage_error(run: Run, folder: Path, arguments: list[str]) -> None:
    write(folder, record())
    assert run("import", *arguments).code == 2


def test_what_is_not_there_and_standard_input_are_refused_by_name(run: Run, folder: Path) -> None:
    ran = run("import", "nowhere.jsonl", "-", write(folder, record()), "--json")
    assert (ran.code, ran.json["annotations"]) == (3, 1)
    assert [entry["name"] for entry in ran.json["refused"]] == ["nowhere.jsonl", "-"]


def test_a_file_that_breaks_off_leaves_nothing_behind(run: Run, folder: Path) -> None:
    (folder / "cut.jsonl").write_text(f"{json.dumps(record())}\n{json.dumps(record())[:40]}", encoding="utf-8")
    ran = run("import", "cut.jsonl", "--format", "records", "--json")
    assert (ran.code, ran.json["annotations"], len(ran.json["refused"])) == (3, 0, 1)
    assert run("status", "--json").json["documents"] == 0


@pytest.mark.parametrize("arguments", [["--source", " "], ["--lang", "en"], ["--annotator", " "]])
def test_options_without_sense_are_refused_before_anything_is_made(
    run: Run, folder: Path, arguments: list[str]
) -> None:
    shutil.rmtree(folder / ".curator")
    ran = run("import", write(folder, record()), *arguments)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert not (folder / ".curator").exists()


def test_what_replaced_other_content_is_told_with_the_remedy(run: Run, folder: Path) -> None:
    assert run("import", write(folder, record(), name="a.jsonl"), "--json").json["changed"] == 0
    path = write(folder, record(end=18), name="b.jsonl")
    ran = run("import", path, "--json")
    assert (ran.code, ran.json["annotations"], ran.json["changed"]) == (0, 1, 1)
    (line,) = ran.err.splitlines()
    assert line.startswith("1 annotations replaced other content, first in b.jsonl:1: ")
    assert line.endswith("import with another --source NAME")
    # Of both at once each stays, and each again alone is what is there.
    both = ["import", "a.jsonl", "b.jsonl", "--source", "presse"]
    assert run(*both, "--json").json["annotations"] == 2
    again = run("import", "b.jsonl", "--source", "presse", "--json")
    assert (again.json["changed"], again.json["unchanged"], again.err) == (0, 1, "")


@pytest.mark.parametrize("command", ["import", "ingest"])
def test_each_thing_that_does_not_fit_is_one_line_whatever_its_name_and_some_are_told(
    run: Run, folder: Path, command: str
) -> None:
    spans = [{"start": 0, "end": 900 + at, "label": "PER"} for at in range(25)]
    name = write(folder, {"text": FRENCH, "spans": spans}, name="odd\nname.jsonl")
    options = ["--annotator", "Zoé", "--format", "records"] if command == "import" else []
    ran = run(command, name, *(f"no\nwhere{number}.txt" for number in range(25)), *options, "--json")
    assert (ran.code, ran.json["quarantined"], len(ran.json["refused"])) == (3, 25, 25)
    lines = ran.err.splitlines()
    assert all(line.startswith(("refused", "quarantined", "see `curator quarantine")) for line in lines)
    assert len([line for line in lines if line.startswith("refused ") and "no where" in line]) == 20
    assert len([line for line in lines if line.startswith("quarantined in odd name.jsonl:1: ")]) == 20
    assert {"refused: 5 more, which --json names", "quarantined: 5 more, which --json names"} <= set(lines)
    assert ran.json["problems"] == [{"name": f"{name}:1", "cause": "offsets-outside-text"}] * 25


def test_splits_are_reported(run: Run, folder: Path) -> None:
    first, other = record(), record(f"{FRENCH} Encore.")
    first["split"] = "test"
    ran = run("import", write(folder, first, other), "--json")
    assert (ran.code, sum(ran.json["splits"].values())) == (0, 2)
    otherwise = ran.json["with_near_duplicates"]
    assert (f"{otherwise} documents went with their near-duplicates" in ran.err) == (otherwise > 0)
    first["split"] = "dev"
    again = run("import", write(folder, first), "--json")
    assert (again.code, again.json["splits_kept"]) == (0, 1)
    assert again.json["splits_kept_texts"] == [{"name": "gold.jsonl:1", "split": "dev"}]
    assert again.error_line == "split kept: gold.jsonl:1 has another split already than 'dev'"


def test_borders_inside_words_that_nothing_proves_are_named_by_import_and_by_ingest(run: Run, folder: Path) -> None:
    cut: dict[str, Any] = {"text": f"{FRENCH}Suite.", "spans": [{"start": 14, "end": 24, "label": "PER"}]}
    path = write(folder, {"text": FRENCH, "spans": [{**cut["spans"][0], "text": FRENCH[14:24]}]}, cut)
    for command in (["ingest"], ["import", "--annotator", "zoe"]):
        ran = run(*command, path, "--json")
        assert ran.json["cut_words_texts"] == [{"name": f"{path}:2", "spans": 1}]
        assert f"borders inside words: 1 spans of {path}:2, and nothing proves them" in ran.err
