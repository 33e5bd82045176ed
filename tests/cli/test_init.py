"""Which commands make a workspace, and what the others do where there is none."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from curator.cli.main import cli
from curator.cli.reference import commands_of
from tests.cli.conftest import FRENCH, Run
from tests.conftest import ROOT

# What a command cannot be called without; nothing of it is there.
ARGUMENTS = {
    "annotators add": ["zoe@example.org"],
    "calibrate": ["none.jsonl"],
    "datasets convert": ["news@1", "--to", "doccano"],
    "datasets copy": ["news@1", "elsewhere"],
    "datasets diff": ["news@1", "news@2"],
    "datasets fetch": ["elsewhere"],
    "datasets leakage": ["news@1"],
    "datasets merge": ["one.json", "other.json", "--out", "merged.json"],
    "datasets patch": ["news@1", "patch.json", "--out", "patched"],
    "datasets show": ["news@1"],
    "datasets tag": ["news@1", "stable"],
    "datasets verify": ["news@1"],
    "evaluate": ["none.jsonl"],
    "export": ["news"],
    "import": ["none.jsonl"],
    "ingest": ["none.txt"],
    "labels merge": ["entities/PER", "entities/ORG", "--into", "PER"],
    "labels remove": ["entities/PER"],
    "labels rename": ["entities/PER", "PERSON"],
    "labels split": ["entities/PER", "--into", "A,B"],
    "tokens issue": ["ada"],
    "tokens revoke": ["1"],
    "train": ["news@1"],
}
MAKING = {"init", "up", "demo", "import", "ingest"}
# These need none; they fail for another reason here.
STATELESS = {
    *("calibrate", "evaluate"),
    *(f"datasets {command}" for command in ("convert", "copy", "diff", "leakage", "merge", "patch", "show", "verify")),
}
# Its report is what is wrong.
REPORTING = {"doctor"}


def _paths(group: click.Group, prefix: str = "") -> Iterator[str]:
    for name, command in commands_of(group):
        if isinstance(command, click.Group):
            yield from _paths(command, f"{prefix}{name} ")
            if command.invoke_without_command:
                yield f"{prefix}{name}"
        else:
            yield f"{prefix}{name}"


PATHS = set(_paths(cli))


@pytest.mark.parametrize("path", sorted(PATHS - MAKING - STATELESS - REPORTING))
@pytest.mark.parametrize("there", [False, True], ids=["missing", "another folder"])
def test_without_a_workspace_a_command_fails_and_makes_none(run: Run, folder: Path, path: str, there: bool) -> None:
    if there:
        (folder / "typo").mkdir()
        (folder / "typo" / "notes.txt").touch()
    ran = run("--workspace", "typo", *path.split(), *ARGUMENTS.get(path, []))
    assert (ran.code, ran.out) == (1, "")
    what = "folder is no workspace" if there else "no such workspace"
    assert ran.error_line == f"curator: {what} (typo): check --workspace, or make it with `curator init`"
    assert [entry.name for entry in folder.glob("typo/*")] == (["notes.txt"] if there else [])


@pytest.mark.parametrize("path", sorted(STATELESS))
def test_what_stores_nothing_needs_no_workspace(run: Run, folder: Path, path: str) -> None:
    ran = run("--workspace", "typo", *path.split(), *ARGUMENTS[path])
    assert ran.code == 1
    assert any(str(argument) in ran.error_line for argument in ARGUMENTS[path])
    assert not (folder / "typo").exists()


def test_a_pipeline_is_measured_and_trained_without_a_workspace(run: Run, folder: Path, pipeline: Path) -> None:
    gold = ROOT / "seeds" / "gold" / "dev.jsonl"
    assert run("--workspace", "typo", "evaluate", gold, "--pipeline", pipeline, "--json").code == 0
    (folder / "gold").mkdir()
    ran = run("--workspace", "typo", "train", "gold", "--out", "model")
    assert (ran.code, "workspace" in ran.err) == (1, False)
    assert not (folder / "typo").exists()


def test_init_makes_a_workspace_once(run: Run, folder: Path) -> None:
    ran = run("--workspace", "new", "init", "--json")
    assert (ran.code, ran.json) == (0, {"workspace": "new", "made": True, "upgraded": True})
    assert ran.error_line == "workspace made: new"
    assert {"store.sqlite3", "secrets.json"} <= {entry.name for entry in (folder / "new").iterdir()}
    again = run("--workspace", "new", "init", "--json")
    assert (again.code, again.json, again.err) == (0, {"workspace": "new", "made": False, "upgraded": False}, "")
    assert run("--workspace", "new", "status", "--json").code == 0


def test_ingest_makes_a_workspace_and_says_so_once(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text(FRENCH, encoding="utf-8")
    ran = run("--workspace", "new", "ingest", "a.txt", "--json")
    assert (ran.code, ran.json["documents"], ran.error_line) == (0, 1, "workspace made: new")
    assert run("--workspace", "new", "ingest", "a.txt", "--json").err == ""


def test_a_configuration_that_cannot_be_read_makes_no_workspace(run: Run, folder: Path) -> None:
    (folder / "configs" / "labels.yaml").unlink()
    assert run("--workspace", "new", "ingest", "a.txt").code == 1
    assert run("--config", "none.toml", "--workspace", "new", "init").code == 1
    assert not (folder / "new").exists()
