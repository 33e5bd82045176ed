from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import hook, store
from curator.bootstrap.doctor.check import Check, until_failure
from curator.bootstrap.doctor.examine import examine
from curator.bootstrap.stores import open_inbox, upgrade_store

FINE, FAULT = Check("a", True, ""), Check("b", False, "", "mend it")


def test_a_chain_ends_with_the_first_check_that_fails() -> None:
    assert list(until_failure(lambda: FINE, lambda: FAULT, lambda: FINE)) == [FINE, FAULT]
    assert list(until_failure(lambda: FINE, lambda: FINE)) == [FINE, FINE]


def test_a_database_is_looked_at_and_not_made(configured: Context) -> None:
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
    assert (check.ok, check.detail, check.remedy) == (False, "1 not run: 0002", "curator store upgrade")


def test_dead_letters_are_reported_and_are_no_fault(configured: Context) -> None:
    with open_inbox(configured) as inbox:
        assert hook.dead_letters(inbox).detail == "none"
        inbox.settle(inbox.put(b"{}"), "dead", "unknown-shape")
        assert hook.dead_letters(inbox) == Check("dead letters", True, "1, the last: unknown-shape")
        inbox.put(b"{}")
        assert hook.deliveries(inbox) == Check("deliveries", True, "1 wait, 0 applied")


def test_independent_checks_are_made_also_where_all_others_fail(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", "http://127.0.0.1:1")
    (folder / "configs" / "labels.yaml").unlink()
    checks = {check.name: check.ok for check in examine(configured)}
    assert checks == {
        "label schema": False,
        "Label Studio": False,
        "hook": False,
        "deliveries": True,
        "dead letters": True,
    }
