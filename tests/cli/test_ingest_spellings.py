"""What people hand to `curator ingest`: lines as other tools spell them, tables as Excel writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from curator.domain.document import RawDocument
from curator.files.documents import FileReader
from tests.cli.conftest import Run

GAO = "Gao : l'armée attaque la ville de Kidal, selon plusieurs habitants."
SEGOU = "Ségou refuse la trêve que lui propose la capitale, dit le maire."


def ingest(run: Run, folder: Path, *lines: Any, code: int = 0) -> dict[str, Any]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "lines.jsonl").write_text(text, encoding="utf-8")
    ran = run("ingest", "lines.jsonl", "--json")
    assert ran.code == code, ran.err
    value: dict[str, Any] = ran.json
    return value


@pytest.mark.parametrize(
    "said",
    [
        {"id": 7, "label": [[0, 3, "GPE"], [14, 21, "ATTACK"]]},
        {"id": 7, "labels": [[0, 3, "GPE"], [14, 21, "ATTACK"]]},
        {"entities": [[0, 3, "GPE"], [14, 21, "ATTACK"]]},
        {
            "entities": [
                {"id": 1, "label": "GPE", "start_offset": 0, "end_offset": 3},
                {"id": 2, "label": "ATTACK", "start_offset": 14, "end_offset": 21},
            ],
            "relations": [{"id": 5, "from_id": 2, "to_id": 1, "type": "place"}],
            "Comments": [],
        },
        {"ents": [{"start": 0, "end": 3, "label": "GPE"}, {"start": 14, "end": 21, "label": "ATTACK"}]},
        {
            "spans": [
                {"start": 0, "end": 3, "label": "GPE", "token_start": 0, "token_end": 0},
                {"start": 14, "end": 21, "label": "ATTACK", "token_start": 4, "token_end": 4},
            ],
            "answer": "accept",
            "_input_hash": 1,
        },
        {"spans": {"entities": [{"start": 0, "end": 3, "label": "GPE"}], "events": [[14, 21, "ATTACK"]]}},
        {
            "entities": [{"start": 0, "end": 3, "label": "GPE"}],
            "events": [{"start": 14, "end": 21, "label": "ATTACK"}],
        },
    ],
)
def test_spans_are_read_however_they_are_spelled(run: Run, folder: Path, said: dict[str, Any]) -> None:
    report = ingest(run, folder, {"text": GAO, **said})
    assert (report["documents"], report["spans"], report["quarantined"], report["left_out"]) == (1, 2, 0, {})


def test_pairs_of_a_text_and_its_entities(run: Run, folder: Path) -> None:
    report = ingest(run, folder, [GAO, {"entities": [[0, 3, "GPE"]]}], {"text": SEGOU, "entities": [[0, 5, "GPE"]]})
    assert (report["documents"], report["spans"], report["quarantined"]) == (2, 2, 0)


def test_words_and_their_spans(run: Run, folder: Path) -> None:
    words = SEGOU.split()
    report = ingest(run, folder, {"tokenized_text": words, "ner": [[0, 0, "GPE"]]})
    assert (report["documents"], report["spans"], report["quarantined"]) == (1, 1, 0)


def test_rejected_and_ignored_answers_are_left_out_and_counted(run: Run, folder: Path) -> None:
    span = {"start": 0, "end": 3, "label": "GPE"}
    report = ingest(
        run,
        folder,
        {"text": "Bamako libère deux otages.", "spans": [span], "answer": "reject", "_input_hash": 1},
        {"text": "Niamey libère trois otages.", "spans": [], "answer": "ignore"},
        {"text": GAO, "spans": [span, {**span, "label": "PER", "answer": "reject"}], "answer": "accept"},
    )
    assert (report["documents"], report["spans"]) == (1, 1)
    assert report["left_out"] == {"rejected": 1, "ignored": 1, "rejected-span": 1}


def test_offsets_in_another_unit(run: Run, folder: Path) -> None:
    text = "📰📰 Ségou 🇲🇱 refuse la trêve que lui propose Bamako, dit le maire."
    counted = {"start": 5, "end": 10, "label": "GPE", "text": "Ségou"}
    assert text.encode("utf-16-le")[10:20].decode("utf-16-le") == "Ségou"
    start = len(text[: text.index("Bamako")].encode("utf-16-le")) // 2
    report = ingest(run, folder, {"text": text, "spans": [counted, {"start": start, "end": start + 6, "label": "GPE"}]})
    assert (report["spans"], report["quarantined"], report["recounted"]) == (2, 0, 1)


@pytest.mark.parametrize(
    ("key", "spans"),
    [
        ("mentions", [{"begin": 0, "end": 3, "type": "GPE"}]),
        ("ner_tags", [[0, 3, "GPE"]]),
        ("annotation", [{"label": ["GPE"], "points": [{"start": 0, "end": 2, "text": "Gao"}]}]),
        ("annotations", [{"result": [{"type": "labels", "value": {"start": 0, "end": 3, "labels": ["GPE"]}}]}]),
        ("predicted", [{"entity_group": "GPE", "start": 0, "end": 3, "score": 0.9}]),
    ],
)
def test_what_looks_like_spans_under_another_key_is_refused_by_name(
    run: Run, folder: Path, key: str, spans: list[Any]
) -> None:
    report = ingest(run, folder, {"text": GAO, key: spans}, {"text": SEGOU, "meta": {key: spans}}, code=3)
    assert report["documents"] == 1
    (refused,) = report["refused"]
    assert refused["name"] == "lines.jsonl:1"
    assert f"{key!r} holds what look like spans" in refused["reason"]


@pytest.mark.parametrize(
    "extra",
    [{"label": 3}, {"label": "politique"}, {"labels": ["a", "b"]}, {"tokens": ["Gao"]}, {"labels": [{"nom": "a"}]}],
)
def test_keys_that_hold_no_spans_are_metadata(run: Run, folder: Path, extra: dict[str, Any]) -> None:
    report = ingest(run, folder, {"text": GAO, **extra})
    assert (report["documents"], report["spans"], report["quarantined"], report["left_out"]) == (1, 0, 0, {})


def test_a_task_of_label_studio_is_refused_with_the_command_that_takes_it(run: Run, folder: Path) -> None:
    tasks = [{"id": 1, "data": {"text": GAO}, "annotations": [], "predictions": [3]}]
    (folder / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    (folder / "other.json").write_text("{}", encoding="utf-8")
    (folder / "tasks.jsonl").write_text(json.dumps(tasks[0]), encoding="utf-8")
    ran = run("ingest", "export.json", "other.json", "tasks.jsonl", "--json")
    assert (ran.code, ran.json["documents"]) == (3, 0)
    reasons = [refused["reason"] for refused in ran.json["refused"]]
    assert len(reasons) == 3
    assert all("curator import" in reason for reason in reasons)
    assert "of the format label-studio" in reasons[0]


def test_a_table_as_excel_writes_it(run: Run, folder: Path) -> None:
    rows = f'titre;text;date\r\nA;"{GAO}\nDeux morts ; ""drame"".";12/03/2026\r\nB;{SEGOU};13/03/2026\r\n'
    (folder / "a.csv").write_bytes(rows.encode("utf-8-sig"))
    assert run("ingest", "a.csv", "--json").json["documents"] == 2


def test_the_column_of_the_texts_is_named(run: Run, folder: Path) -> None:
    rows = f'titre;texte;date\r\nA;"{GAO}\r\nDeux morts";12/03/2026\r\n'
    (folder / "a.csv").write_bytes(rows.encode("cp1252"))
    ran = run("ingest", "a.csv")
    assert ran.code == 3
    assert "table has no column 'text' (a.csv, columns: titre, texte, date)" in ran.err
    assert "--text-column NAME" in ran.err
    again = run("ingest", "a.csv", "--text-column", "texte", "--json")
    assert (again.code, again.json["documents"]) == (0, 1)
    wrong = run("ingest", "a.csv", "--text-column", "corps")
    assert "table has no column 'corps'" in wrong.err


def test_short_news_is_taken_in(run: Run, folder: Path) -> None:
    lines = [
        {"text": "Tombouctou signe un accord"},
        {"text": "Gao accuse l'Onu."},
        {"text": "Niamey expulse un diplomate."},
    ]
    report = ingest(run, folder, *lines)
    assert (report["documents"], report["refused"]) == (3, [])


def test_spans_are_no_metadata_whatever_their_key(folder: Path) -> None:
    said: list[dict[str, Any]] = [
        {"label": [[0, 3, "GPE"]]},
        {"entities": [{"id": 1, "label": "GPE", "start_offset": 0, "end_offset": 3}]},
        {"spans": [], "answer": "accept", "_input_hash": 1, "_session_id": "a", "tokens": []},
        {"annotations": [{"start_offset": 0, "end_offset": 3, "label": "GPE", "user": 1}]},
        {"ents": [], "relations": [], "attributes": []},
    ]
    lines = [json.dumps({"text": GAO, "titre": "Gao", **line, "meta": {"n": 1}}) for line in said]
    (folder / "lines.jsonl").write_text("\n".join(lines), encoding="utf-8")
    documents = list(FileReader().read(["lines.jsonl"]))
    assert len(documents) == len(said)
    for document in documents:
        assert isinstance(document, RawDocument)
        assert document.meta == {"titre": "Gao", "n": 1}
