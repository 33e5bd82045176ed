"""SQLite's files are their owner's, and taking them from others frees no lock."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from curator.store.database import SqlStore
from curator.store.engines import open_file
from curator.store.migrate import upgrade
from curator.store.private_files import keep_private

_WRITE = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_database_and_what_lies_beside_it_are_their_owners(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    engine = open_file(path)
    upgrade(engine)
    with SqlStore(engine).writing() as transaction:
        transaction.settings.put("a", 1)
        assert {permissions(file) for file in tmp_path.iterdir()} == {0o600}
    engine.dispose()


def test_looking_at_a_database_frees_no_lock_on_it(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        keep_private(path)
        other = subprocess.run([sys.executable, "-c", _WRITE, str(path)], capture_output=True, text=True, check=False)
        assert "database is locked" in other.stderr
    assert permissions(path) == 0o600


@pytest.mark.parametrize("where", ["missing/store.sqlite3", "a-file/store.sqlite3"])
def test_where_no_file_can_be_made_none_is(tmp_path: Path, where: str) -> None:
    (tmp_path / "a-file").touch()
    keep_private(tmp_path / where)
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]
