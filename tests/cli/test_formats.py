"""Every format of a version, by the command line."""

import json
import sys
from pathlib import Path

import pytest

from curator.bootstrap.formats import FORMATS
from tests.cli.conftest import Run
from tests.cli.test_export import content


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
    assert "pip install curator[formats]" in ran.error_line
    assert not (exported / "formats").exists()
