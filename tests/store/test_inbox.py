"""The inbox: what was put is durable, in order, and waits for nobody."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.store.database import SqlStore
from curator.store.engines import open_file
from curator.store.inbox import SqliteInbox
from curator.store.migrate import upgrade
from tests.waiting import HANG_SECONDS

_PUT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from curator.store.inbox import SqliteInbox
inbox = SqliteInbox(Path(sys.argv[1]))
for number in range(5):
    print(inbox.put(b"%d" % number), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_another_process_finds_all_that_was_acknowledged_before_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    killed = subprocess.run(
        [sys.executable, "-c", _PUT_AND_DIE, path], stdout=subprocess.PIPE, text=True, timeout=HANG_SECONDS, check=False
    )
    assert killed.returncode == -9
    inbox = SqliteInbox(path)
    assert [delivery.id for delivery in inbox.pending(10)] == killed.stdout.split()
    inbox.engine.dispose()


def test_what_is_put_is_synced_to_the_disk(inbox: SqliteInbox) -> None:
    with inbox.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_many_may_put_at_once(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite3"
    with ThreadPoolExecutor(4) as pool:
        inboxes = list(pool.map(lambda _: SqliteInbox(path), range(4)))
        ids = list(pool.map(lambda number: inboxes[number % 4].put(b"%d" % number), range(24)))
    assert {delivery.id for delivery in inboxes[0].pending(100)} == set(ids)
    for inbox in inboxes:
        inbox.engine.dispose()


def test_putting_does_not_wait_for_the_store(inbox: SqliteInbox, tmp_path: Path) -> None:
    store = SqlStore(open_file(tmp_path / "store.sqlite3"))
    upgrade(store.engine)
    with store.writing():
        inbox.put(b"x")
        assert len(inbox.pending(1)) == 1
    store.engine.dispose()


def test_an_inbox_that_cannot_be_opened_is_a_curator_error(tmp_path: Path) -> None:
    with pytest.raises(CuratorError, match="store failed"):
        SqliteInbox(tmp_path / "no folder" / "inbox.sqlite3")


def test_nothing_of_a_dropped_body_stays_in_the_file(inbox: SqliteInbox, tmp_path: Path) -> None:
    secret = b"token-of-the-project " * 1000
    for _ in range(3):
        inbox.settle(inbox.put(secret), "applied", "")
    assert inbox.drop_bodies(0, 9) == 3
    with inbox.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"token-of-the-project" not in (tmp_path / "inbox.sqlite3").read_bytes()
