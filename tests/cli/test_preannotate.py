"""`curator preannotate`, with documents of the store and with files."""

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.pipeline import EntityRuler

from tests.cli.conftest import FRENCH, Run


def save_pipeline(folder: Path) -> None:
    """Save a pipeline that knows Paris."""
    nlp = spacy.blank("fr")
    ruler = nlp.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns([{"label": "GPE", "pattern": "Paris"}])
    nlp.to_disk(folder)


def test_preannotate_paths_writes_what_the_contract_says_and_stores_nothing(
    run: Run, corpus: Path, pipeline: Path
) -> None:
    arguments = ("preannotate", "corpus", "--pipeline", pipeline, "--out", "out/o.jsonl", "--json")
    ran = run("--workspace", "nowhere", *arguments)
    assert ran.code == 3
    assert (ran.json["predicted"], ran.json["refused"]) == (4, 5)
    lines = Path("out/o.jsonl").read_bytes().decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["source"] for record in records] == [
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
    assert not Path("nowhere").exists()


def test_preannotate_writes_to_standard_output_without_out(run: Run, corpus: Path, pipeline: Path) -> None:
    ran = run("preannotate", "corpus/article.txt", "--pipeline", pipeline)
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["text"] == FRENCH


def test_documents_predicted_already_are_not_predicted_again(run: Run, corpus: Path, pipeline: Path) -> None:
    run("ingest", "corpus")
    before = run("status", "--json").json["predictions"]
    assert run("preannotate", "--pipeline", pipeline, "--json").json["predicted"] == 3
    assert run("preannotate", "--pipeline", pipeline, "--json").json["predicted"] == 0
    assert run("status", "--json").json["predictions"] == before + 3


def test_a_pipeline_that_was_chosen_stays_chosen(run: Run, tmp_path: Path) -> None:
    save_pipeline(tmp_path / "mine")
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


def test_a_configuration_that_was_changed_says_more_than_an_old_choice(
    run: Run, folder: Path, corpus: Path, pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_pipeline(folder / "configured")
    monkeypatch.setenv("CURATOR_PIPELINE__NAME", str(folder / "configured"))
    run("ingest", "corpus/article.txt")
    chosen = run("preannotate", "--pipeline", pipeline, "--json").json["pipeline"]
    assert run("preannotate", "--json").json["pipeline"] == chosen
    renamed = folder / "renamed"
    (folder / "configured").rename(renamed)
    monkeypatch.setenv("CURATOR_PIPELINE__NAME", str(renamed))
    configured = run("preannotate", "--json").json["pipeline"]
    assert configured != chosen
    assert run("preannotate", "--json").json == {"predicted": 0, "quarantined": 0, "pipeline": configured}


def test_spans_found_twice_are_told_once_each_with_exit_code_3(run: Run, corpus: Path, pipeline: Path) -> None:
    nlp = spacy.load(pipeline)
    again: Any = nlp.add_pipe("span_ruler", name="again", config={"spans_key": "events", "overwrite": False})
    # To spaCy it is another span by the id of what found it.
    again.add_patterns([{"label": "MEETING", "pattern": "rencontré", "id": "again"}])
    nlp.to_disk(pipeline)
    ran = run("preannotate", "corpus/article.txt", "--pipeline", pipeline, "--out", "o.jsonl", "--json")
    assert (ran.code, ran.json["left_out"]) == (3, 1)
    assert ran.error_line == "left out in corpus/article.txt: a span of the pipeline (duplicate-span)"
