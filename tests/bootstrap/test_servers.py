import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_store
from curator.domain.errors import ServerUnreachable, SettingsError


def test_the_server_is_named_as_the_store_knows_it_and_not_asked_yet(configured: Context) -> None:
    with open_store(configured) as store, open_server(configured, store) as server:
        assert server.name == "embedded"


def test_a_server_that_is_not_there_is_reported(configured: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    with open_store(configured) as store, open_server(configured, store) as server:
        assert server.name == "http://127.0.0.1:1"
        with pytest.raises(ServerUnreachable, match="does not answer"):
            server.users()


def test_without_its_token_a_configured_server_is_not_opened(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    with open_store(configured) as store, pytest.raises(SettingsError), open_server(configured, store):
        pass


def test_a_new_address_is_asked_whether_it_holds_the_stores_project(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(configured) as store, open_server(configured, store):
        pass
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    moved = Context(configured.workspace, configured.config)
    with open_store(moved) as store, pytest.raises(ServerUnreachable), open_server(moved, store):
        pass
