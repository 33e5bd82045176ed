"""What a command loads, and where it can be asked for help."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from curator.cli.main import cli
from curator.cli.reference import commands_of
from tests.conftest import ROOT

HEAVY = ("sqlalchemy", "spacy", "label_studio_sdk", "flask", "matplotlib")
SHOW = f"""
import sys
from curator.cli.main import main
code = main(sys.argv[1:])
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


def loaded(folder: Path, *arguments: str) -> str:
    """Return which heavy libraries a command has loaded in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    return done.stderr.strip()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["credentials", "--help"], ["evaluate", "--help"], ["annotators", "add", "--help"]],
    ids=" ".join,
)
def test_help_loads_no_heavy_library(folder: Path, arguments: list[str]) -> None:
    assert loaded(folder, *arguments) == "[]"


def test_a_command_loads_what_it_needs_and_no_more(folder: Path) -> None:
    assert loaded(folder, "status") == "['sqlalchemy']"


def test_predicting_what_nothing_stores_loads_no_database(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Le président a annoncé mardi une trêve à Bamako.", encoding="utf-8")
    arguments = ("--workspace", str(tmp_path / "none"), "preannotate", str(tmp_path / "a.txt"))
    assert loaded(folder, *arguments, "--pipeline", str(ROOT / "configs" / "rules.cfg")) == "['spacy']"


@pytest.mark.parametrize("name", [name for name, _ in commands_of(cli)])
def test_help_needs_no_configuration(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main([name, "--help"], standalone_mode=False) == 0
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_wrong_usage_in_any_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "curator", "nonsense"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'nonsense'" in done.stderr
