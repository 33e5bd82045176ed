"""Secrets: the store's, the same on every host; a copy opens the hook while the store is away."""

from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.workspace import SharedSecrets, Workspace
from curator.domain.errors import CuratorError


def test_every_host_on_a_store_has_the_same_secrets(configured: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = configured.workspace.root
    here = Context(Workspace(folder / "here"), configured.config)
    there = Context(Workspace(folder / "there"), configured.config)
    for context in (here, there):
        init(context, lambda _: None)
    assert shared_secrets(here) != shared_secrets(there)
    monkeypatch.setenv("CURATOR_DATABASE__URL", f"sqlite:///{here.workspace.store}")
    here, there = (Context(context.workspace, context.config) for context in (here, there))
    assert shared_secrets(here) == shared_secrets(there)


def test_secrets_are_long_kept_private_and_not_shown(configured: Context) -> None:
    secrets = shared_secrets(configured)
    assert shared_secrets(configured) == secrets
    path = configured.workspace.root / "secrets.json"
    assert path.stat().st_mode & 0o777 == 0o600
    for secret in (secrets.hook_secret, secrets.ml_password):
        assert len(secret) >= 32
        assert secret not in repr(secrets)


def test_the_copy_opens_what_it_opened_while_the_store_is_away(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = shared_secrets(configured)
    monkeypatch.setenv("CURATOR_DATABASE__URL", "sqlite:////no/such/folder/store.sqlite3")
    away = Context(configured.workspace, configured.config)
    assert shared_secrets(away) == secrets
    with pytest.raises(CuratorError):
        shared_secrets(Context(Workspace(configured.workspace.root / "never"), configured.config))


def test_a_copy_follows_the_store(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for secrets in (SharedSecrets("a", "b"), SharedSecrets("c", "d")):
        workspace.keep_shared_secrets(secrets)
        workspace.keep_shared_secrets(secrets)
        assert workspace.shared_secrets() == secrets
