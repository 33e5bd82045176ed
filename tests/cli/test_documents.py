"""`ingest`, `preannotate` and `annotations` as their users call them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import spacy

from tests.cli.conftest import Run

FRENCH = "Le président Ahmed Morel a rencontré hier à Paris le ministre des Affaires étrangères, selon l’Élysée.\n"
ENGLISH = "The president met the foreign minister in London yesterday, according to several government officials.\n"


@pytest.fixture
def corpus(folder: Path) -> Path:
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "article.txt").write_text(FRENCH, encoding="utf-8")
    (corpus / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (corpus / "empty.txt").touch()
    (corpus / "english.txt").write_text(ENGLISH, encoding="utf-8")
    (corpus / "picture.png").write_bytes(b"\x89PNG\r\n")
    rows = [{"text": f"{FRENCH}Variante numéro {at}.", "spans": [[13, 24, "PER"]]} for at in range(2)]
    lines = [*map(json.dumps, rows), "{", json.dumps({"text": FRENCH, "meta": {"k": [1, None]}, "split": "dev"})]
    (corpus / "lines.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return corpus


@pytest.fixture
def pipeline(folder: Path) -> Path:
    """A trained pipeline, as far as anybody can see: it finds `Ahmed Morel` and meetings."""
    nlp = spacy.blank("fr")
    people: Any = nlp.add_pipe("entity_ruler")
    people.add_patterns([{"label": "PER", "pattern": "Ahmed Morel"}])
    meetings: Any = nlp.add_pipe("span_ruler", config={"spans_key": "events"})
    meetings.add_patterns([{"label": "MEETING", "pattern": "rencontré"}])
    nlp.to_disk(folder / "model")
    return folder / "model"


def test_what_cannot_be_taken_in_is_named_and_the_rest_is_in(run: Run, corpus: Path) -> None:
    ran = run("ingest", "corpus", "missing.txt", "*.nothing", "--json")
    assert ran.code == 3
    assert {key: ran.json[key] for key in ("documents", "known", "spans", "quarantined")} == {
        "documents": 3,
        "known": 1,
        "spans": 2,
        "quarantined": 0,
    }
    names = {one["name"] for one in ran.json["refused"]}
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


def test_a_span_that_does_not_fit_is_found_a_problem(run: Run, folder: Path) -> None:
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


def test_preannotate_paths_writes_what_the_contract_says_and_stores_nothing(
    run: Run, corpus: Path, pipeline: Path
) -> None:
    ran = run("preannotate", "corpus", "--pipeline", pipeline, "--out", "out/o.jsonl", "--json")
    assert ran.code == 3
    assert (ran.json["predicted"], ran.json["refused"]) == (4, 5)
    lines = Path("out/o.jsonl").read_bytes().decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert [one["source"] for one in records] == [
        "corpus/article.txt",
        "corpus/lines.jsonl:1",
        "corpus/lines.jsonl:2",
        "corpus/lines.jsonl:4",
    ]
    first = records[0]
    assert list(first) == ["id", "source", "text", "lang", "spans", "pipeline"]
    assert (first["text"], first["lang"]) == (FRENCH, "fr")
    (person,), (meeting,) = first["spans"]["entities"], first["spans"]["events"]
    assert list(person) == ["start", "end", "label", "text", "score", "rule"]
    assert (person["label"], person["text"], FRENCH[person["start"] : person["end"]]) == ("PER", *["Ahmed Morel"] * 2)
    assert (meeting["label"], meeting["text"]) == ("MEETING", "rencontré")
    assert first["pipeline"] == ran.json["pipeline"]
    assert not (Path(".curator") / "store.sqlite3").exists()


def test_preannotate_writes_to_standard_output_without_out(run: Run, corpus: Path, pipeline: Path) -> None:
    ran = run("preannotate", "corpus/article.txt", "--pipeline", pipeline)
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["text"] == FRENCH


def test_what_is_predicted_already_is_not_predicted_again(run: Run, corpus: Path, pipeline: Path) -> None:
    run("ingest", "corpus")
    before = run("status", "--json").json["predictions"]
    assert run("preannotate", "--pipeline", pipeline, "--json").json["predicted"] == 3
    assert run("preannotate", "--pipeline", pipeline, "--json").json["predicted"] == 0
    assert run("status", "--json").json["predictions"] == before + 3


def test_without_annotations_nothing_is_written(run: Run, corpus: Path) -> None:
    run("ingest", "corpus/article.txt")
    ran = run("annotations")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_export_with_nothing_reviewed_writes_no_version(run: Run, corpus: Path, folder: Path) -> None:
    run("ingest", "corpus/article.txt")
    for more in ([], ["--as-of", "2001-01-01"]):
        ran = run("export", "news", "--json", *more)
        assert (ran.code, ran.out) == (1, "")
    assert not (folder / "exports").exists()


def test_a_pipeline_that_was_chosen_stays_chosen(run: Run, tmp_path: Path) -> None:
    blank = spacy.blank("fr")
    blank.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Paris"}])
    blank.to_disk(tmp_path / "mine")
    (tmp_path / "a.txt").write_text("Anna vit à Paris.", "utf-8")
    assert run("ingest", str(tmp_path / "a.txt")).code == 0
    first = run("preannotate", "--pipeline", str(tmp_path / "mine"), "--json")
    again = run("preannotate", "--json")
    assert json.loads(first.out)["pipeline"] == json.loads(again.out)["pipeline"]
    assert json.loads(again.out)["predicted"] == 0


def test_the_bytes_written_do_not_depend_on_the_number_of_processes(run: Run, folder: Path, pipeline: Path) -> None:
    lines = (json.dumps({"text": f"{FRENCH}Dépêche {at} : un président rencontré.", "lang": "fr"}) for at in range(150))
    (folder / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    written = []
    for workers in (1, 2, 3):
        out = folder / f"{workers}.jsonl"
        ran = run("preannotate", "many.jsonl", "--pipeline", pipeline, "--workers", str(workers), "--out", out)
        assert ran.code == 0, ran.err
        written.append(out.read_bytes())
    assert written[0].count(b"\n") == 150
    assert written == [written[0]] * 3
