"""JSON that the library `datasets` writes: lines or a list, and the same keys in all objects."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from curator.domain.canonical import canonicalise
from curator.domain.carried import carry_over
from curator.domain.span import Content
from curator.steps.intake.foreign_labels import LabelMap
from curator.steps.ports.imports import ImportedDocument
from tests.fakes.parts import SCHEMA
from tests.files.imports.json_values import read

_WRITE = """
import json, sys, datasets
rows = datasets.Dataset.from_list(json.load(sys.stdin))
rows.to_json(sys.argv[1], lines=sys.argv[2] == "lines")
"""
TEXT, OTHER = "Gao : l'armée attaque 😀 Kidal.", "Rien de neuf à l'Est."
ROWS: dict[str, list[dict[str, Any]]] = {
    "doccano": [
        {
            "id": 1,
            "text": TEXT,
            "entities": [
                {"id": 1, "label": "GPE", "start_offset": 0, "end_offset": 3},
                {"id": 2, "label": "ATTACK", "start_offset": 14, "end_offset": 21},
            ],
            "relations": [{"id": 1, "from_id": 2, "to_id": 1, "type": "place"}],
            "Comments": [],
        },
        {"id": 2, "text": OTHER, "entities": [], "relations": [], "Comments": []},
    ],
    "prodigy": [
        {
            "text": TEXT,
            "spans": [
                {"start": 0, "end": 3, "label": "GPE", "id": "a", "text": "Gao"},
                {"start": 14, "end": 21, "label": "ATTACK", "id": "b"},
            ],
            "relations": [{"head": "b", "child": "a", "label": "place"}],
            "answer": "accept",
            "_view_id": "relations",
        },
        {"text": OTHER, "answer": "accept", "_view_id": "relations"},
    ],
    "records": [
        {
            "text": TEXT,
            "spans": [
                {"start": 0, "end": 3, "label": "GPE", "id": "a", "text": "Gao"},
                {"start": 14, "end": 21, "label": "ATTACK", "id": "b"},
            ],
            "relations": [
                {"head": "b", "child": "a", "label": "place"},
                {"head": "a", "child": "b", "label": "agent", "direction": "right"},
            ],
        },
        {"text": OTHER, "spans": []},
    ],
    "spacy": [
        {"text": TEXT, "ents": [{"start": 0, "end": 3, "label": "GPE"}, {"start": 14, "end": 21, "label": "ATTACK"}]},
        {"text": OTHER, "ents": []},
    ],
}


@pytest.mark.parametrize("shape", ["lines", "list"])
@pytest.mark.parametrize("form", ROWS)
def test_what_datasets_writes_is_read(tmp_path: Path, form: str, shape: str) -> None:
    path = tmp_path / "rows.json"
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    arguments = [sys.executable, "-c", _WRITE, str(path), shape]
    subprocess.run(arguments, env=offline, input=json.dumps(ROWS[form]), capture_output=True, text=True, check=True)
    assert path.read_text(encoding="utf-8").startswith("[" if shape == "list" else "{")
    documents = [item for item in read(path) if isinstance(item, ImportedDocument)]
    assert [document.text for document in documents] == [TEXT, OTHER]
    content = _content(documents[0])
    assert not content.problems
    assert [span.id for span in content.spans] == ["entities:0-3:GPE", "events:14-21:ATTACK"]
    assert len(content.relations) == len(ROWS[form][0].get("relations", []))
    assert _content(documents[1]) == Content()


def _content(document: ImportedDocument) -> Content:
    (annotation,) = document.annotations
    body = LabelMap().applied(annotation.body, SCHEMA)
    return carry_over(body, document.text, canonicalise(document.text), SCHEMA)
