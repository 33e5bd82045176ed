"""`curator ingest`."""

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import FRENCH, Run


def test_refused_documents_are_named_and_the_rest_is_in(run: Run, corpus: Path) -> None:
    ran = run("ingest", "corpus", "missing.txt", "*.nothing", "--json")
    assert ran.code == 3
    assert {key: ran.json[key] for key in ("documents", "known", "spans", "quarantined")} == {
        "documents": 3,
        "known": 1,
        "spans": 2,
        "quarantined": 0,
    }
    names = {refusal["name"] for refusal in ran.json["refused"]}
    assert names == {
        "corpus/binary.txt",
        "corpus/empty.txt",
        "corpus/english.txt",
        "corpus/picture.png",
        "corpus/lines.jsonl:3",
        "missing.txt",
        "*.nothing",
    }
    assert all(any(line.startswith("refused ") and name in line for line in ran.err.splitlines()) for name in names)
    assert run("status", "--json").json["documents"] == 3


def test_ingesting_twice_is_ingesting_once(run: Run, corpus: Path) -> None:
    assert run("ingest", "corpus/article.txt", "--json").json["documents"] == 1
    again = run("ingest", "corpus/article.txt", "--json")
    assert (again.code, again.json["documents"], again.json["sources"]) == (0, 0, 0)
    assert run("status", "--json").json["documents"] == 1


def test_a_span_that_does_not_fit_is_a_problem(run: Run, folder: Path) -> None:
    row = {
        "text": FRENCH,
        "spans": [{"start": 0, "end": 900, "label": "PER"}, {"start": 0, "end": 2, "label": ["PER"]}],
    }
    (folder / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    ran = run("ingest", "a.jsonl", "--json")
    assert (ran.code, ran.json["documents"], ran.json["quarantined"]) == (3, 1, 2)


def test_documents_come_through_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FRENCH.encode()), encoding="utf-8"))
    assert run("ingest", "-", "--json").json["documents"] == 1


def test_a_folder_with_nothing_good_is_a_problem_and_not_a_failure(run: Run, folder: Path) -> None:
    (folder / "none").mkdir()
    assert run("ingest", "none").code == 3


def test_short_news_is_taken_in_and_its_doubtful_language_named(run: Run, folder: Path) -> None:
    lines = [{"text": "Pristina accuse Belgrade"}, {"text": FRENCH}]
    (folder / "short.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ran = run("ingest", "short.jsonl", "--json")
    assert (ran.code, ran.json["documents"], ran.json["refused"], ran.json["language_doubtful"]) == (0, 2, [], 1)
    assert "language doubtful: short.jsonl:1 was taken in, and may be in 'it'" in ran.err
    assert "short.jsonl:2" not in ran.err


def test_equal_spans_are_told_by_cause(run: Run, folder: Path) -> None:
    span = {"start": 13, "end": 24, "label": "PER"}
    row = {"text": FRENCH, "spans": [span, {**span, "id": "again"}], "entities": [span]}
    (folder / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    ran = run("ingest", "a.jsonl", "--json")
    assert (ran.code, ran.json["spans"], ran.json["quarantined"]) == (3, 1, 2)
    assert ran.err.count("quarantined in a.jsonl:1: a span or relation that does not fit (duplicate-span)") == 2


def test_a_cut_off_is_chosen_once_and_another_is_refused_in_one_line(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": f"{FRENCH} Le {day} mars.", "meta": {"date": f"2026-03-0{day}"}} for day in (1, 8)]
    rows[1]["text"] = "Trois navires chargés de blé ont quitté le port d’Odessa mardi matin, a annoncé le ministère."
    monkeypatch.setenv("CURATOR_SPLIT__CUTOFF__TEST", "2026-03-05")
    monkeypatch.setenv("CURATOR_SPLIT__CUTOFF__DEV", "2026-03-01")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ran = run("ingest", "a.jsonl", "--json")
    assert ran.code == 0
    assert ran.json["splits"] == {"train": 0, "dev": 1, "test": 1}
    assert ran.json["wanted_shares"] == {"train": 0.8, "dev": 0.1, "test": 0.1}
    assert (ran.json["with_near_duplicates"], ran.json["bridging_splits"], ran.json["undated"]) == (0, 0, 0)
    rows = [
        {"text": f"{FRENCH} Encore.", "meta": {"date": "2026-03-09"}},
        {"text": "Une pluie fine tombe sur la ville."},
    ]
    (folder / "b.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setenv("CURATOR_SPLIT__CUTOFF__TEST", "2026-03-06")
    refused = run("ingest", "b.jsonl")
    assert (refused.code, refused.out) == (1, "")
    assert "documents are split by another rule already (seed 'curator'" in refused.error_line
    assert "test from 2026-03-05 by 'date'" in refused.error_line
    assert "test from 2026-03-06 by 'date'" in refused.error_line
    monkeypatch.setenv("CURATOR_SPLIT__CUTOFF__TEST", "2026-03-05")
    taken = run("ingest", "b.jsonl")
    assert taken.code == 0
    assert "1 documents went with their near-duplicates, not where the split rule says" in taken.err
    assert "1 documents have no date" in taken.err
