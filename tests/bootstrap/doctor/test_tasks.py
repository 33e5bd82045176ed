from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import tasks
from curator.bootstrap.doctor.examine import examine
from curator.bootstrap.stores import open_inbox, open_store, upgrade_store
from curator.domain.annotation import UnreadableAnnotation
from curator.domain.canonical import document_id
from curator.steps.in_force.servers import server_name
from tests.store.conftest import arrival


def test_texts_that_were_edited_are_a_fault_with_their_remedy(configured: Context) -> None:
    assert tasks.texts(configured).ok
    with open_store(configured) as store, store.writing() as transaction:
        for number in range(7):
            entry = UnreadableAnnotation("label-studio:embedded/1", number + 1, "", "foreign-text: document d")
            transaction.quarantine.put_unreadable(entry)
    check = tasks.texts(configured)
    assert not check.ok
    assert check.detail.startswith("task 1 (foreign-text: document d); task 2 (")
    assert check.detail.endswith(" and 2 more")
    assert check.remedy.startswith("restore the text in Label Studio")
    assert check.remedy.endswith("then `curator sync`")


def test_doubled_tasks_are_a_fault_that_a_sync_mends(configured: Context) -> None:
    assert tasks.doubled(configured).ok
    with open_store(configured) as store:
        name = server_name(store, "embedded", lambda: False)
        with store.writing() as transaction:
            transaction.documents.add([arrival("Paris")])
            transaction.tasks.save_project(name, 1, "hash")
            transaction.tasks.save(name, 1, {2: document_id("Paris"), 5: document_id("Paris")})
    check = tasks.doubled(configured)
    assert (check.ok, check.detail) == (False, f"document {document_id('Paris')} has tasks 2, 5 in project 1")
    assert check.remedy.startswith("curator sync --remove-doubled")


def test_a_look_leaves_no_trace(configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", "http://127.0.0.1:1")
    upgrade_store(configured)
    with open_inbox(configured):
        pass
    before = configured.workspace.store.read_bytes()
    assert all(check.remedy for check in examine(configured) if not check.ok)
    assert configured.workspace.store.read_bytes() == before
