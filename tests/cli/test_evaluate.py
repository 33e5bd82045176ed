"""`curator evaluate` and `curator calibrate`, with small pipelines."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.spacy_models.rules import save_model, write_config

TEXTS = ("Paris attend Marie", "Lyon et Rome", "Marie attaque Paris")
ENTITIES = {"Paris": "GPE", "Lyon": "PER", "Marie": "PER"}
EVENTS = {"attaque": "ATTACK", "attend": "ATTACK"}
GOLD = {"Paris": "GPE", "Lyon": "GPE", "Rome": "GPE", "Marie": "PER"}


def record(number: int, text: str, layers: dict[str, dict[str, str]]) -> dict[str, Any]:
    spans: dict[str, list[dict[str, Any]]] = {layer: [] for layer in layers}
    for layer, labels in layers.items():
        for words, label in labels.items():
            if (start := text.find(words)) >= 0:
                end = start + len(words)
                spans[layer].append({"start": start, "end": end, "label": label, "text": words})
    return {"id": f"d{number}", "text": text, "spans": spans}


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in records), encoding="utf-8")
    return path


@pytest.fixture
def gold(folder: Path) -> list[Path]:
    """Two files of gold, beside a pipeline named `model`."""
    save_model(folder / "model", ENTITIES, EVENTS)
    layers = {"entities": GOLD, "events": {"attaque": "ATTACK"}}
    records = [record(number, text, layers) for number, text in enumerate(TEXTS)]
    return [write(folder / "first.jsonl", *records[:2]), write(folder / "second.jsonl", records[2])]


def test_json_counts_over_all_files(run: Run, gold: list[Path]) -> None:
    report = run("evaluate", *gold, "--pipeline", "model", "--json").json
    assert set(report) == {"pipeline", "documents", "layers", "calibration"}
    assert report["pipeline"].startswith("fr_tiny@")
    assert report["documents"] == 3
    entities = report["layers"]["entities"]
    assert (entities["gold"], entities["predicted"], entities["exact"]) == (6, 5, 4)
    assert (entities["missed"], entities["label"], entities["spurious"]) == (1, 1, 0)
    assert entities["f1"] == round(2 * 4 / 11, 4)
    assert report["layers"]["events"]["labels"]["ATTACK"]["spurious"] == 1


def test_processes_change_no_figure(run: Run, gold: list[Path]) -> None:
    alone, spread = (run("evaluate", *gold, "--pipeline", "model", "--json", "--workers", n).json for n in ("1", "2"))
    assert alone == spread


def test_the_table_says_the_same(run: Run, gold: list[Path]) -> None:
    ran = run("evaluate", *gold, "--pipeline", "model", "--reliability")
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0][1:] == ["on", "3", "documents"]
    assert ["GPE", "4", "2", "2", "0", "1", "1", "0", "1.000", "0.500", "0.667"] in [line[:11] for line in lines]
    assert [line[:3] for line in lines if line[:1] == ["all"]] == [["all", "6", "5"], ["all", "1", "2"]]
    assert lines[-1][-3:] == ["7", "0.500", "0.714"]
    assert "mistakes" not in ran.out


def test_errors_and_the_page_show_every_mistake(run: Run, gold: list[Path], folder: Path) -> None:
    ran = run("evaluate", *gold, "--pipeline", "model", "--errors", "--html", folder / "new" / "page.html")
    assert ran.error_line == f"mistakes written to {folder / 'new' / 'page.html'}"
    assert ran.out.splitlines()[-5:] == [
        "d0  d0",
        "  spurious  ATTACK  Paris [attend] Marie",
        "d1  d1",
        "  label     PER, gold GPE  [Lyon] et Rome",
        "  missed    GPE  Lyon et {Rome}",
    ]
    page = (folder / "new" / "page.html").read_text(encoding="utf-8")
    assert page.count('<th scope="row"><span class="sign"') == 3


def test_names_in_gold_give_a_terminal_no_orders(run: Run, gold: list[Path], folder: Path) -> None:
    evil = record(0, TEXTS[0], {"entities": {"Paris": "\x1b[31m\u202eGPE"}})
    evil["id"] = "\x1b]0;owned\x07"
    ran = run("evaluate", write(folder / "evil.jsonl", evil), "--pipeline", "model", "--errors")
    assert ran.code == 0
    assert all(line.isprintable() for line in ran.out.splitlines())
    evil["spans"]["entities"][0]["end"] = 99
    ran = run("evaluate", write(folder / "evil.jsonl", evil), "--pipeline", "model")
    assert ran.error_line.isprintable()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no json", "not a JSON object (first.jsonl:2)"),
        ("{}", "not a record (first.jsonl, None)"),
        ('{"id": "d", "text": "a", "spans": {"entities": [{"start": 0, "end": 9, "label": "PER"}]}}', "does not fit"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_a_file_that_is_no_gold_is_reported_in_one_line(
    run: Run, gold: list[Path], command: str, line: str, message: str
) -> None:
    write_config(Path(), opinion=False)
    with gold[0].open("r+", encoding="utf-8") as stream:
        stream.readline()
        stream.seek(stream.tell())
        stream.truncate()
        stream.write(line + "\n")
    pipeline = "model" if command == "evaluate" else "configs/own.cfg"
    ran = run(command, "first.jsonl", "--pipeline", pipeline)
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.error_line


def test_a_missing_file_is_reported(run: Run, gold: list[Path]) -> None:
    assert "cannot be read: No such file or directory (none.jsonl)" in run("evaluate", "none.jsonl").error_line


def test_calibrate_writes_the_table_that_the_pipeline_then_uses(run: Run, gold: list[Path], folder: Path) -> None:
    write_config(folder)
    arguments = ("calibrate", *gold, "--pipeline", "configs/own.cfg", "--json")
    table = folder / "calibration" / "own.jsonl"
    assert run(*arguments).json == {"table": str(table), "documents": 3, "spans": 7}
    written = table.read_bytes()
    assert [json.loads(line) for line in written.splitlines()] == [
        {"layer": "entities", "rule": "model", "label": "GPE", "kept": 2, "seen": 2},
        {"layer": "entities", "rule": "model", "label": "PER", "kept": 2, "seen": 3},
        {"layer": "events", "rule": "model", "label": "ATTACK", "kept": 1, "seen": 2},
    ]
    assert run(*arguments).code == 0
    assert table.read_bytes() == written
    text = folder / "text.txt"
    text.write_text("Le maire de Lyon dit que l'armée attaque Paris cette semaine.", encoding="utf-8")
    assert run("preannotate", text, "--pipeline", "configs/own.cfg", "--out", "out.jsonl").code == 0
    spans = json.loads((folder / "out.jsonl").read_bytes())["spans"]
    layer = (4 + 4 * 0.5) / (5 + 4)
    model = (4 + 4 * layer) / (5 + 4)
    rule = (4 + 4 * model) / (5 + 4)
    assert [(span["text"], span["score"], span["rule"]) for span in spans["entities"]] == [
        ("Lyon", round((2 + 4 * rule) / (3 + 4), 4), "model"),
        ("Paris", round((2 + 4 * rule) / (2 + 4), 4), "model"),
    ]


def test_calibrate_needs_a_calibrator(run: Run, gold: list[Path]) -> None:
    ran = run("calibrate", *gold, "--pipeline", "model")
    assert ran.code == 1
    assert "pipeline has no calibrator (model): name a .cfg file" in ran.error_line


def test_a_broken_table_is_reported_with_its_line(run: Run, gold: list[Path], folder: Path) -> None:
    write_config(folder)
    run("calibrate", *gold, "--pipeline", "configs/own.cfg")
    table = folder / "calibration" / "own.jsonl"
    with table.open("a", encoding="utf-8") as stream:
        stream.write("oops\n")
    ran = run("evaluate", *gold, "--pipeline", "configs/own.cfg")
    assert ran.code == 1
    assert f"not a line of a calibration table ({table}:4): write it with `curator calibrate`" in ran.error_line
