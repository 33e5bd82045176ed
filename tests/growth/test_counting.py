"""The counter of the growth tests counts."""

from pathlib import Path

from sqlalchemy import text

from tests.fakes.world import sqlite_store
from tests.growth.counting import Cost, counted


def test_statements_commits_and_rows_are_counted(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path / "store.sqlite3")
    with store.engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE number (n INTEGER)"))
    with (
        counted(store.engine) as cost,
        store.engine.connect().execution_options(writing=True) as connection,
        connection.begin(),
    ):
        connection.execute(text("INSERT INTO number VALUES (:n)"), [{"n": n} for n in range(5)])
        connection.execute(text("SELECT n FROM number")).all()
        connection.execute(text("SELECT n FROM number WHERE n = 1")).scalar()
    asked = [statement for statement in cost.statements if "number" in statement]
    assert (len(asked), cost.commits, cost.rows_read, cost.rows_written) == (3, 1, 6, 5)


def test_a_store_that_was_counted_is_as_it_was(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path / "store.sqlite3")
    with counted(store.engine) as cost, store.reading():
        pass
    counted_so_far = len(cost.statements)
    with store.reading():
        pass
    assert counted_so_far == len(cost.statements) > 0


def test_costs_are_compared_part_by_part() -> None:
    base = Cost(1, 10, 5, ["a", "b"])
    assert Cost(1, 10, 5, ["a"]).within(base)
    assert not Cost(2, 10, 5, ["a"]).within(base)
    assert not Cost(1, 11, 5, ["a"]).within(base)
    assert not Cost(1, 10, 6, ["a"]).within(base)
    assert not Cost(1, 10, 5, ["a", "b", "c"]).within(base)
    assert Cost(1, 12, 6, ["a", "b", "c"]).within(base, slack=2)
