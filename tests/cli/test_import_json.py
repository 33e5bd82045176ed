"""`curator import` of what other tools write as JSON: what is taken in, and what is left out, by cause."""

import json
import zipfile
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run

GAO = "Gao : l'armée attaque la ville de Kidal, selon plusieurs habitants."
SEGOU = "Ségou refuse la trêve que lui propose la capitale, dit le maire."


def written(path: Path, *lines: Any) -> str:
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
    return path.name


def test_answers_of_prodigy(run: Run, folder: Path) -> None:
    span = {"start": 0, "end": 3, "label": "GPE"}
    session = {"_session_id": "presse-awa", "_input_hash": 1, "_task_hash": 2}
    name = written(
        folder / "prodigy.jsonl",
        {"text": GAO, "spans": [span, {**span, "end": 5, "answer": "reject"}], "answer": "accept", **session},
        {"text": SEGOU, "spans": [], "answer": "reject", **session},
    )
    ran = run("import", name, "--json")
    assert ran.code == 0, ran.err
    counts = {key: ran.json[key] for key in ("documents", "annotations", "spans", "quarantined", "left_out")}
    left_out = {"rejected": 1, "rejected-span": 1}
    assert counts == {"documents": 1, "annotations": 1, "spans": 1, "quarantined": 0, "left_out": left_out}
    (annotation,) = [json.loads(line) for line in run("annotations").out.splitlines()]
    assert annotation["annotator"] == "presse-awa"
    assert run("import", name, "--json").json["unchanged"] == 1


def test_files_of_the_users_of_doccano(run: Run, folder: Path) -> None:
    with zipfile.ZipFile(folder / "projet.zip", "w") as archive:
        for user, end in (("awa", 3), ("ben", 5)):
            archive.writestr(f"{user}.jsonl", json.dumps({"id": 1, "text": GAO, "label": [[0, end, "GPE"]]}))
    ran = run("import", "projet.zip", "--json")
    assert (ran.code, ran.json["annotations"], ran.json["new_documents"]) == (0, 2, 1)
    annotations = [json.loads(line) for line in run("annotations").out.splitlines()]
    assert sorted(annotation["annotator"] for annotation in annotations) == ["awa", "ben"]


def test_a_file_that_names_nobody_asks_for_the_annotator(run: Run, folder: Path) -> None:
    name = written(folder / "pairs.json", [GAO, {"entities": [[0, 3, "GPE"]]}])
    ran = run("import", name)
    assert ran.code == 3
    assert "nothing says who annotated it (pairs.json:1)" in ran.err
    assert run("import", name, "--annotator", "Awa", "--json").json["spans"] == 1


def test_the_labels_of_a_file_are_named(run: Run, folder: Path) -> None:
    name = written(folder / "a.jsonl", {"text": GAO, "label": [[0, 3, "LIEU"]]})
    ran = run("import", name, "--annotator", "Awa", "--label", "LIEU=entities/GPE", "--json")
    assert (ran.code, ran.json["spans"], ran.json["quarantined"]) == (0, 1, 0)


def test_of_a_file_that_breaks_off_nothing_is_taken(run: Run, folder: Path) -> None:
    tasks = [{"id": number, "data": {"text": text}, "annotations": []} for number, text in enumerate((GAO, SEGOU))]
    (folder / "export.json").write_text(json.dumps(tasks)[:-10], encoding="utf-8")
    ran = run("import", "export.json", "--json")
    assert (ran.code, ran.json["new_documents"]) == (3, 0)
    assert "file breaks off" in ran.err
    assert "export.json:2" in ran.err


def test_python_is_not_run(run: Run, folder: Path) -> None:
    (folder / "train.py").write_text("TRAIN_DATA = []", encoding="utf-8")
    ran = run("import", "train.py")
    assert ran.code == 3
    assert "a Python program, which would have to be run to be read (train.py)" in ran.err
