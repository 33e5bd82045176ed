"""A context in a folder of its own, with the project's configuration."""

import shutil
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.workspace import Workspace
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the project's configuration in it."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def configured(folder: Path, made_workspace: Path) -> Context:
    """The context of a workspace that was made and not used."""
    shutil.copytree(made_workspace, folder / "workspace")
    return Context(Workspace(folder / "workspace"), folder / "configs" / "curator.toml")
