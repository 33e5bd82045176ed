"""What the inbox waits for the disk for: what it receives, and nothing else."""

from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.store.inbox import SqliteInbox

NORMAL, FULL = 1, 2


@pytest.mark.parametrize(("receives", "synchronous"), [(True, FULL), (False, NORMAL)])
def test_only_an_inbox_that_receives_waits_for_the_disk(tmp_path: Path, receives: bool, synchronous: int) -> None:
    inbox = SqliteInbox(tmp_path / "inbox.sqlite3", receives=receives)
    with inbox.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == synchronous
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    inbox.engine.dispose()


def test_an_inbox_that_waits_for_no_disk_settles_and_takes_nothing(tmp_path: Path) -> None:
    receiving = SqliteInbox(tmp_path / "inbox.sqlite3")
    settling = SqliteInbox(tmp_path / "inbox.sqlite3", receives=False)
    delivery = receiving.put(b"1")
    with pytest.raises(CuratorError, match="takes none"):
        settling.put(b"2")
    settling.settle_together({delivery: "applied"})
    assert receiving.counts() == {"pending": 0, "applied": 1, "stale": 0, "dead": 0}
    for inbox in (receiving, settling):
        inbox.engine.dispose()
