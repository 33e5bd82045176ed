"""`curator sync`, as far as it goes without a Label Studio."""

from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from tests.cli.conftest import Run


def test_before_the_first_push_there_is_nothing_to_sync(run: Run) -> None:
    ran = run("sync", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "no project yet (embedded): run `curator push` first" in ran.error_line


def test_a_label_studio_that_is_not_there_is_reported(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    with open_store(context) as store, store.writing() as transaction:
        transaction.tasks.save_project("http://127.0.0.1:1", 1, "hash")
    ran = run("sync", "--full", "--accept-deletions")
    assert (ran.code, ran.out) == (1, "")
    assert "Label Studio does not answer" in ran.error_line
