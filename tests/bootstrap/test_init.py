"""Making a workspace: on one host, and on a second one that shares the store."""

from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.init import init, init_if_missing
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.stores import open_inbox, open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError
from tests.store.conftest import empty_url as empty_url
from tests.store.conftest import kind as kind
from tests.store.conftest import postgres as postgres


@pytest.fixture
def fresh(configured: Context, folder: Path) -> Context:
    """The context of a workspace that is not there."""
    return Context(Workspace(folder / "fresh"), configured.config)


def test_a_workspace_is_made_once_and_said_once(fresh: Context) -> None:
    lines: list[str] = []
    made = init(fresh, lines.append)
    assert (made.workspace, made.made, made.upgraded) == (fresh.workspace.root, True, True)
    assert lines == [f"workspace made: {fresh.workspace.root}"]
    secrets = fresh.workspace.shared_secrets()
    assert secrets is not None
    again = init(fresh, lines.append)
    init_if_missing(fresh, lines.append)
    assert (again.made, again.upgraded, len(lines)) == (False, False, 1)
    assert fresh.workspace.shared_secrets() == secrets == shared_secrets(fresh)
    assert fresh.workspace.root.stat().st_mode & 0o777 == 0o700


def test_what_an_interrupted_making_left_is_completed(fresh: Context) -> None:
    fresh.workspace.make()
    with pytest.raises(CuratorError, match="folder is no workspace"):
        fresh.workspace.require()
    assert init(fresh, lambda _: None).made
    with open_store(fresh) as store, store.reading() as transaction:
        assert transaction.counts()["documents"] == 0


def test_a_second_host_is_initialised_on_the_store_that_is_there(
    fresh: Context, folder: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_DATABASE__URL", empty_url)
    assert init(fresh, lambda _: None).upgraded
    second = Context(Workspace(folder / "second"), fresh.config)
    with pytest.raises(CuratorError, match="no such workspace"):
        shared_secrets(second)
    made = init(second, lambda _: None)
    assert (made.made, made.upgraded) == (True, False)
    assert second.workspace.shared_secrets() == shared_secrets(second) == shared_secrets(fresh)
    assert not second.workspace.store.exists()
    with open_store(second), open_inbox(second) as inbox:
        assert inbox.counts()["pending"] == 0


def test_a_database_that_is_away_leaves_no_workspace(fresh: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_DATABASE__URL", "postgresql://127.0.0.1:1/none?connect_timeout=1")
    with pytest.raises(CuratorError):
        init(fresh, lambda _: None)
    assert not fresh.workspace.root.exists()
