from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import store
from curator.bootstrap.stores import open_store, upgrade_store
from curator.domain.annotation import instant
from curator.steps.ports.stored_deletions import DeletedItem
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


def test_deletions_that_wait_to_be_accepted_are_told_with_the_remedy(configured: Context) -> None:
    assert store.held_deletions(configured).ok
    since = instant("2026-11-22T08:00")
    items = {DeletedItem(1): "d", DeletedItem(1, "7", since): "d", DeletedItem(1, "8", since): "d"}
    with open_store(configured) as opened, opened.writing() as transaction:
        transaction.deletions.hold("label-studio:fake/1", items, since)
    check = store.held_deletions(configured)
    assert not check.ok
    assert check.detail == f"1 tasks and 2 annotations are gone from Label Studio, the first since {since}"
    assert "`curator sync --accept-deletions`" in check.remedy
