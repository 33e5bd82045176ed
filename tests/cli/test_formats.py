"""Formats from the command line: all of them in one go, and one that is added."""

import json
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import cast

import pytest

from curator.bootstrap.formats import FORMATS
from tests.cli.conftest import Run
from tests.cli.test_export import content

_MODULE = """
from curator.domain.loss import Loss
from curator.domain.span import relation_value
from curator.steps.ports.formats import Format


def words(_parts):
    def write(version, folder):
        for record in version.records("train"):
            folder.append("words.txt", " ".join(record.text.split()).encode())
            yield Loss(record.id, "document", record.id, "words-alone")

    return Format("words", write, {"meta": "words have none"})
"""


def test_a_format_is_a_module_and_an_entry(
    run: Run, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no such format: 'words'" in run("datasets", "convert", "news@1", "--to", "words").error_line
    (tmp_path / "added_format.py").write_text(_MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(cast(MutableMapping[str, str], FORMATS), "words", "added_format:words")
    ran = run("datasets", "convert", "news@1", "--to", "words", "--json")
    assert (ran.code, [facts["losses"] for facts in ran.json["formats"]]) == (0, [{"words-alone": 1}])
    record = json.loads((exported / "train.jsonl").read_text(encoding="utf-8"))
    folder = exported / "formats" / "words"
    assert (folder / "words.txt").read_text(encoding="utf-8") == " ".join(record["text"].split())
    ledger = json.loads((folder / "LOSSES.json").read_text(encoding="utf-8"))
    assert (ledger["format"], ledger["not_held"]) == ("words", {"meta": "words have none"})
    assert [loss["document"] for loss in ledger["losses"]] == [record["id"]]
    assert run("export", "news", "--formats", "words").code == 0
    assert run("export", "news").out == "unchanged: v1\n"


def test_every_format_is_written_the_same_each_time_and_is_no_part_of_the_version(run: Run, exported: Path) -> None:
    before = content(exported)
    names = ",".join(FORMATS)
    ran = run("datasets", "convert", "news@1", "--to", names, "--json")
    assert (ran.code, [facts["format"] for facts in ran.json["formats"]]) == (0, list(FORMATS))
    first = content(exported / "formats")
    for name in FORMATS:
        ledger = json.loads(first[f"{name}/LOSSES.json"])
        assert ledger["counts"] == {}
        assert len([path for path in first if path.startswith(f"{name}/")]) > 1
    assert run("datasets", "convert", "news@1", "--to", names).code == 0
    assert content(exported / "formats") == first
    assert run("export", "news").out == "unchanged: v1\n"
    assert {name: data for name, data in content(exported).items() if not name.startswith("formats/")} == before


def test_where_a_library_is_missing_nothing_is_written(
    run: Run, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = run("datasets", "convert", "news@1", "--to", "brat,parquet")
    assert (ran.code, ran.out) == (1, "")
    assert "pip install pyarrow" in ran.error_line
    assert not (exported / "formats").exists()
