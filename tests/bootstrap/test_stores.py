from contextlib import suppress
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_inbox, open_store, open_store_as_is, upgrade_store
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError


def test_the_store_of_a_workspace_is_made_when_it_is_opened(configured: Context) -> None:
    configured.workspace.store.unlink()
    with open_store(configured) as store, store.reading() as transaction:
        assert transaction.counts()["documents"] == 0
    assert configured.workspace.store.exists()
    assert upgrade_store(configured) is False


def test_a_store_that_is_opened_as_it_is_is_not_made(configured: Context) -> None:
    configured.workspace.store.unlink()
    with (
        open_store_as_is(configured) as store,
        pytest.raises(CuratorError, match="the store is not set up"),
        store.reading(),
    ):
        pass
    assert upgrade_store(configured) is True


def test_a_configured_database_is_migrated_by_upgrade_only(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_DATABASE__URL", f"sqlite:///{folder / 'elsewhere.sqlite3'}")
    with (
        open_store(configured) as store,
        pytest.raises(CuratorError, match="the store is not set up"),
        store.reading(),
    ):
        pass
    assert upgrade_store(configured) is True
    with open_store(configured) as store, store.reading() as transaction:
        assert transaction.counts()["documents"] == 0


def test_neither_store_nor_inbox_is_opened_where_there_is_no_workspace(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Context(Workspace(folder / "nowhere"), configured.config)
    for opened in (open_store(nowhere), open_inbox(nowhere)):
        with pytest.raises(CuratorError, match=r"no such workspace \(.*nowhere\): .*`curator init`"), opened:
            pass
    monkeypatch.setenv("CURATOR_DATABASE__URL", f"sqlite:///{configured.workspace.store}")
    with pytest.raises(CuratorError, match="no such workspace"), open_store(nowhere):
        pass
    with pytest.raises(CuratorError, match="no such workspace"):
        upgrade_store(nowhere)
    assert not nowhere.workspace.root.exists()


def test_an_open_store_is_closed_also_after_an_error(configured: Context) -> None:
    with suppress(RuntimeError), open_store(configured) as store, open_inbox(configured) as inbox:
        inbox.put(b"{}")
        raise RuntimeError
    assert "Connections in pool: 0" in store.engine.pool.status()
    assert "Connections in pool: 0" in inbox.engine.pool.status()


def test_the_inbox_keeps_deliveries(configured: Context) -> None:
    with open_inbox(configured) as inbox:
        inbox.put(b"{}")
    with open_inbox(configured) as inbox:
        assert inbox.counts()["pending"] == 1
