"""`curator store`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_upgrading_twice_is_upgrading_once(run: Run, folder: Path) -> None:
    (folder / ".curator" / "store.sqlite3").unlink()
    first = run("store", "upgrade", "--json")
    assert (first.code, first.json) == (0, {"upgraded": True})
    assert (folder / ".curator" / "store.sqlite3").exists()
    again = run("store", "upgrade", "--json")
    assert (again.code, again.json) == (0, {"upgraded": False})


def test_a_database_of_another_kind_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_DATABASE__URL", "oracle://here/x")
    ran = run("store", "upgrade")
    assert ran.code == 1
    assert "use sqlite:///… or postgresql://…" in ran.error_line
