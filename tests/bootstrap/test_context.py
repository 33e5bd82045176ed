from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import SettingsError
from curator.settings import Settings


def test_settings_are_read_when_they_are_asked_for_and_once(configured: Context, folder: Path) -> None:
    nowhere = Context(Workspace(folder), folder / "none.toml")
    with pytest.raises(SettingsError, match="no configuration"):
        _ = nowhere.settings
    settings = configured.settings
    (folder / "configs" / "curator.toml").unlink()
    assert configured.settings is settings == Settings()


def test_given_settings_stand_in_for_the_file(folder: Path) -> None:
    given = Settings()
    assert Context(Workspace(folder), folder / "none.toml", given=given).settings is given


def test_a_context_never_changes(configured: Context) -> None:
    with pytest.raises(FrozenInstanceError):
        configured.verbose = True  # type: ignore[misc]
