"""Texts as they come: the spans that came along lie on the same words in Label Studio, and in the export."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunningLabelStudio
from tests.e2e.conftest import Curator, Desk, environment
from tests.e2e.relay import Relay

RAW = {
    "CRLF": "Le président\r\nParis\r\n\r\na reçu hier Lyon à Bamako.\r\n",
    "NFD": unicodedata.normalize("NFD", "L'Élysée à Orléans a démenti : Nîmes, Évry."),
    "U+2028": "Première ligne\u2028Tripoli et Gao\u2029puis\u0085Goma.",
    "U+200F": "Le mouvement \u200fحركة\u200f a frappé Alep\u200e, puis Homs.",
    "emoji": "😀 Goma, 👩‍👩‍👧‍👦 Bukavu et 🇫🇷 Paris.",
}
NAMES = ("Paris", "Lyon", "Bamako", "Orléans", "Nîmes", "Évry", "Tripoli", "Gao", "Goma", "Alep", "Homs", "Bukavu")


def spans(text: str) -> list[dict[str, Any]]:
    """Return the names in a raw text, by its own offsets."""
    forms = [(name, unicodedata.normalize("NFD", name)) for name in NAMES]
    return [
        {"start": text.index(form), "end": text.index(form) + len(form), "label": "GPE", "text": form}
        for name, decomposed in forms
        for form in [name if name in text else decomposed]
        if form in text
    ]


@pytest.fixture
def own(tmp_path: Path, label_studio: RunningLabelStudio) -> Iterator[Desk]:
    """A project of the test's own, of texts that came with spans; its hook is not there."""
    lines = [{"text": text, "lang": "fr", "spans": spans(text)} for text in RAW.values()]
    (tmp_path / "given.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8"
    )
    (tmp_path / "windows.txt").write_bytes("L’œuvre : « à Évry »,\r\nle coût de 3 €…\r\n".encode("cp1252"))
    settings = {"CURATOR_LABEL_STUDIO__URL": label_studio.url, "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token}
    curator = Curator(tmp_path, environment(tmp_path, **settings))
    ingested = curator.json("ingest", str(tmp_path / "given.jsonl"), str(tmp_path / "windows.txt"))
    assert (ingested["documents"], ingested["quarantined"], ingested["refused"]) == (len(RAW) + 1, 0, [])
    # Nothing is sent to it.
    relay = Relay("http://127.0.0.1:9")
    yield Desk(curator, label_studio.http, relay, curator.json("push")["project"])
    relay.close()


def test_spans_lie_on_their_words_in_label_studio_and_in_the_export(own: Desk) -> None:
    tasks = own.tasks()
    texts = {task["data"]["text"] for task in tasks}
    canonical = {unicodedata.normalize("NFC", text).replace("\r\n", "\n") for text in RAW.values()}
    assert texts == canonical | {"L’œuvre : « à Évry »,\nle coût de 3 €…\n"}
    marked: dict[str, set[str]] = {}
    for task in tasks:
        for prediction in task["predictions"]:
            for item in prediction["result"]:
                value = item["value"]
                word = task["data"]["text"][value["start"] : value["end"]]
                assert word == value["text"]
                marked.setdefault(task["data"]["document"], set()).add(word)
            own.annotate(task, prediction["result"], parent_prediction=prediction["id"])
    assert set().union(*marked.values()) == set(NAMES)
    own.curator.run("sync")
    assert own.agrees()
    own.curator.run("export", "news")
    records = own.curator.records("news", 1)
    assert set(records) == set(marked)
    for document, record in records.items():
        words = {record["text"][span["start"] : span["end"]] for span in record["spans"]["entities"]}
        assert words == marked[document] == {span["text"] for span in record["spans"]["entities"]}
