from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import store
from curator.bootstrap.stores import upgrade_store
from curator.store.migrate import schema_revisions


def test_a_database_is_looked_at_and_not_made(configured: Context) -> None:
    configured.workspace.store.unlink()
    check = store.database(configured)
    assert (check.ok, check.remedy) == (False, "curator store upgrade")
    assert not configured.workspace.store.exists()
    upgrade_store(configured)
    assert store.database(configured).ok
    assert store.migrations(configured).ok


def test_a_database_that_cannot_be_used_is_reported(configured: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_DATABASE__URL", "postgresql://me:hush@127.0.0.1:1/x?connect_timeout=1")
    check = store.database(configured)
    assert (check.ok, "hush" in check.detail) == (False, False)


def test_migrations_that_were_not_run_are_counted(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_DATABASE__URL", f"sqlite:///{folder / 'empty.sqlite3'}")
    check = store.migrations(configured)
    revisions = schema_revisions()
    detail = f"{len(revisions)} not run: {', '.join(revisions)}"
    assert (check.ok, check.detail, check.remedy) == (False, detail, "curator store upgrade")
