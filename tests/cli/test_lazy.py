"""What a command loads, and where it can be asked for help."""

import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import click
import pytest

from curator.cli.main import cli, main
from curator.cli.reference import commands_of
from tests.cli.conftest import FRENCH
from tests.conftest import ROOT

HEAVY = (
    *("alembic", "flask", "gunicorn", "httpx", "jsonlines", "label_studio_sdk", "matplotlib", "orjson"),
    *("psycopg", "pydantic", "rich", "spacy", "stamina", "structlog", "yaml"),
    *("sqlalchemy.orm", "sqlalchemy.dialects.postgresql", "curator.store.tables", "curator.steps.desk"),
)
"""What neither a look at the counts nor a help needs."""
OF_COMMANDS = ("sqlalchemy", "msgspec", "asyncio", "importlib.metadata", "json", "logging", "curator.bootstrap")
"""What a help does not need either."""
SHOW = f"""
import sys
from curator.cli.main import main
code = main(sys.argv[1:])
print([name for name in {HEAVY + OF_COMMANDS!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """Return which of the libraries a command has loaded in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    return set(literal_eval(done.stderr.strip()))


def test_the_list_of_commands_loads_none_of_them(folder: Path) -> None:
    assert loaded(folder, "--help") == set()


@pytest.mark.parametrize(
    "arguments", [["credentials", "--help"], ["evaluate", "--help"], ["annotators", "add", "--help"]], ids=" ".join
)
def test_help_loads_no_heavy_library(folder: Path, arguments: list[str]) -> None:
    libraries = {"sqlalchemy", "spacy", "label_studio_sdk", "flask", "matplotlib"}
    assert not loaded(folder, *arguments) & libraries


def test_status_loads_what_it_needs_and_no_more(folder: Path) -> None:
    (folder / "article.txt").write_text(FRENCH, encoding="utf-8")
    assert main(["ingest", str(folder / "article.txt")]) == 0
    shown = loaded(folder, "status")
    assert {"sqlalchemy", "msgspec"} <= shown
    assert not shown & set(HEAVY)


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    context = click.Context(cli)
    sentences = {name: command.get_short_help_str(1000) for name, command in commands_of(cli)}
    listed = click.HelpFormatter(width=1000)
    cli.format_commands(context, listed)
    rows = [line.split(maxsplit=1) for line in listed.getvalue().splitlines()[1:]]
    assert dict(rows) == sentences
    assert [name for name, _ in rows] == list(sentences)


def test_predicting_what_nothing_stores_loads_no_database(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Le président a annoncé mardi une trêve à Bamako.", encoding="utf-8")
    arguments = ("--workspace", str(tmp_path / "none"), "preannotate", str(tmp_path / "a.txt"))
    libraries = loaded(folder, *arguments, "--pipeline", str(ROOT / "configs" / "rules.cfg"))
    assert "spacy" in libraries
    assert not libraries & {"alembic", "flask", "label_studio_sdk", "matplotlib", "sqlalchemy"}


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
