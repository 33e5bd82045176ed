"""The inbox's file over time: one of an earlier curator is brought up to date, one of a later is left alone."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect

from curator.domain.errors import CuratorError
from curator.store.engines import open_file
from curator.store.inbox import SqliteInbox
from curator.store.inbox_file import InboxTable
from tests.waiting import HANG_SECONDS

# What the first curator made, which had no number in its files.
_FIRST = """
CREATE TABLE delivery (
    number INTEGER NOT NULL, id VARCHAR(36) NOT NULL, received_at VARCHAR(32) NOT NULL, body BLOB NOT NULL,
    state VARCHAR(16) NOT NULL, cause VARCHAR(200) NOT NULL, settled_at VARCHAR(32), PRIMARY KEY (number), UNIQUE (id)
);
CREATE INDEX ix_delivery_state ON delivery (state);
INSERT INTO delivery VALUES
    (1, 'a', '2026-11-01T00:00:00.000000Z', x'6f6e65', 'applied', '', '2026-11-01T00:00:01.000000Z'),
    (2, 'b', '2026-11-01T00:00:02.000000Z', x'74776f21', 'pending', '', NULL),
    (3, 'c', '2026-11-01T00:00:03.000000Z', x'', 'dead', 'not-json', '2026-11-01T00:00:04.000000Z');
"""
_OPEN = """
import sys
from pathlib import Path
from curator.store.inbox import SqliteInbox
print([delivery.id for delivery in SqliteInbox(Path(sys.argv[1])).pending(9)], "alembic" in sys.modules)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "inbox.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_FIRST)
    return path


@pytest.fixture
def opened(path: Path) -> Iterator[SqliteInbox]:
    inbox = SqliteInbox(path)
    yield inbox
    inbox.engine.dispose()


def test_a_file_of_the_first_curator_keeps_what_it_holds(opened: SqliteInbox) -> None:
    assert [(delivery.id, delivery.body, delivery.attempts) for delivery in opened.pending(9)] == [("b", b"two!", 0)]
    facts = [(delivery.id, delivery.state, delivery.size, delivery.attempts) for delivery in opened.recent(9)]
    assert facts == [("c", "dead", 0, 0), ("b", "pending", 4, 0), ("a", "applied", 3, 0)]
    opened.put_off("b", 3600, "why")
    assert opened.pending(9) == []
    assert opened.replay(None) == 1


@pytest.mark.parametrize("old", [True, False])
def test_the_steps_make_exactly_the_table_of_the_code(old: bool, path: Path) -> None:
    if not old:
        path.unlink()
    inbox, made = SqliteInbox(path), open_file(path.with_name("made.sqlite3"))
    InboxTable.metadata.create_all(made)
    shapes = []
    for engine in (inbox.engine, made):
        schema = inspect(engine)
        columns = {
            column["name"]: (str(column["type"]), column["nullable"]) for column in schema.get_columns("delivery")
        }
        indexes = {(index["name"], tuple(index["column_names"])) for index in schema.get_indexes("delivery")}
        unique = [constraint["column_names"] for constraint in schema.get_unique_constraints("delivery")]
        shapes.append((columns, indexes, unique, schema.get_pk_constraint("delivery")["constrained_columns"]))
        engine.dispose()
    assert shapes[0] == shapes[1]


def test_two_that_open_an_old_file_at_once_bring_it_up_to_date_once(path: Path) -> None:
    command = [sys.executable, "-c", _OPEN, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    outcomes = [process.communicate(timeout=HANG_SECONDS) for process in running]
    assert outcomes == [("['b'] False\n", "")] * 3


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE INDEX ix_delivery_kept ON delivery (cause)")
    before = _dump(path)
    with pytest.raises(CuratorError, match="ix_delivery_kept"):
        SqliteInbox(path)
    assert _dump(path) == before


def test_a_file_of_a_newer_curator_is_refused_and_left_alone(path: Path) -> None:
    SqliteInbox(path).engine.dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    before = _dump(path)
    with pytest.raises(CuratorError) as raised:
        SqliteInbox(path)
    assert str(raised.value) == (
        f"the inbox was written by a newer version of curator ({path}): use that version; nothing was changed"
    )
    assert _dump(path) == before


def test_an_inbox_that_is_up_to_date_waits_for_no_writer(path: Path) -> None:
    SqliteInbox(path).engine.dispose()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        inbox = SqliteInbox(path)
        assert len(inbox.pending(9)) == 1
        inbox.engine.dispose()


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [f"{connection.execute('PRAGMA user_version').fetchone()}", *connection.iterdump()]
