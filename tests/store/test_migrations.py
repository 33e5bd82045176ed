"""Migrations: they make the tables that the code knows, once, on either database."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from curator.domain.canonical import canonical_json
from curator.domain.errors import CuratorError
from curator.steps.ports.stored_versions import StoredVersion
from curator.store import migrations
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from curator.store.migrate import schema_revisions, upgrade
from curator.store.tables import Table
from tests.fakes.annotations import annotation_state, identity
from tests.waiting import HANG_SECONDS

_UPGRADE = """
import sys
from curator.store.engines import open_engine
from curator.store.migrate import upgrade
print(upgrade(open_engine(sys.argv[1])))
"""


def _revision(number: int, project: int, **fields: Any) -> dict[str, Any]:
    state = annotation_state(identity(number, "s", project), **fields)
    value = canonical_json(state.value())
    key = {"source": state.identity.source, "key": state.identity.key, "created_at": state.identity.created_at}
    return {"number": number, "seq": 5, **key, "document": "d", "value": value}


def _current(number: int, project: int) -> dict[str, Any]:
    revision = _revision(number, project)
    flags = {"skipped": False, "ground_truth": False, "updated_at": revision["created_at"]}
    kept = {name: revision[name] for name in ("source", "key", "created_at", "document")}
    return {**kept, "revision": number, "first_seq": 5, "task": 7, **flags}


_CONTENT = canonical_json({"spans": [], "relations": [], "attributes": [], "problems": []})
_OLD_ROWS: dict[str, list[dict[str, Any]]] = {
    "document": [{"id": "d", "seq": 1, "lang": "fr", "text": "Paris"}],
    "annotator": [{"key": f"s/{n}", "name": f"{name}@example.org"} for n, name in ((1, "ada"), (2, "bob"))],
    "prediction": [
        {"id": n, "seq": n, "document": "d", "pipeline": name, "digest": digest, "content": _CONTENT, "score": score}
        for n, name, digest, score in ((1, "names", "d1", -2.5), (2, "model", "m1", 0.0))
    ],
    "project": [
        {"id": project, "seq": 1, "server": "s", "project": project, "role": "adopted", "schema_hash": "h"}
        for project in (1, 2)
    ],
    "task": [{"server": "s", "project": project, "task": 7, "document": "d", "gone": False} for project in (1, 2)],
    "sent_prediction": [
        {"server": "s", "project": project, "task": 7, "prediction": prediction}
        for project, prediction in ((1, 1), (2, 1), (2, 2))
    ],
    "revision": [
        _revision(1, 1, task=7),
        {**_revision(2, 1, task=7), "value": "null"},
        _revision(3, 2, task=7, parent_prediction=70),
    ],
    "current_annotation": [_current(1, 1), _current(3, 2)],
    "decision": [
        {
            "id": 1,
            "seq": 6,
            "document": "d",
            "input_key": "k",
            "policy": "latest",
            "decider": "curator",
            "result": canonical_json({"revisions": [1, 3], "parameters": {}}),
        }
    ],
}


def alembic_upgrade(connection: Connection, revision: str) -> None:
    """Bring an empty database to a revision of the past."""
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_migrations_make_exactly_the_tables_of_the_code(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with empty_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_migrations_make_the_indices_and_constraints_of_the_code(empty_engine: Engine, url: str) -> None:
    del url
    upgrade(empty_engine)
    schema = inspect(empty_engine)
    for table in Table.metadata.sorted_tables:
        assert schema.get_pk_constraint(table.name)["constrained_columns"] == [
            column.name for column in table.primary_key
        ]
        assert {
            index["name"] for index in schema.get_indexes(table.name) if not index.get("duplicates_constraint")
        } == {index.name for index in table.indexes}


def upgrade_to(engine: Engine, revision: str) -> None:
    """Bring a database to where an earlier version of the code left it."""
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_versions_exported_before_the_store_kept_them_stay_with_their_numbers(empty_engine: Engine) -> None:
    upgrade_to(empty_engine, "0003")
    with empty_engine.begin() as connection:
        connection.execute(
            text("insert into version (seq, dataset, number, digest, as_of) values (5, 'news', 2, 'd', 4)")
        )
    assert upgrade(empty_engine)
    with SqlStore(empty_engine).reading() as transaction:
        (version,) = transaction.versions.all()
        assert version == StoredVersion("news", 2, "d", 4)
        assert not version.reproducible


def test_a_second_upgrade_does_nothing(empty_engine: Engine) -> None:
    assert upgrade(empty_engine)
    assert not upgrade(empty_engine)


def test_upgrades_at_the_same_time_are_one_upgrade(empty_url: str) -> None:
    command = [sys.executable, "-c", _UPGRADE, empty_url]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    outcomes = [process.communicate(timeout=HANG_SECONDS) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], outcomes
    assert sorted(out.strip() for out, _ in outcomes) == ["False", "False", "True"]


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_store_of_other_code_is_refused_and_left_alone(store: SqlStore, revision: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(f"update alembic_version set version_num = '{revision}'"))
    with pytest.raises(CuratorError, match=r"another version of curator.*--workspace"):
        upgrade(store.engine)
    with store.engine.connect() as connection:
        assert connection.scalar(text("select version_num from alembic_version")) == revision


def test_an_upgrade_that_fails_leaves_nothing_behind(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.execute(text("create table watermark (stranger integer)"))
    with pytest.raises(CuratorError, match="the store failed"):
        upgrade(empty_engine)
    assert inspect(empty_engine).get_table_names() == ["watermark"]


def test_a_store_that_was_never_set_up_names_the_remedy(empty_engine: Engine) -> None:
    for use in (SqlStore(empty_engine).reading, SqlStore(empty_engine).writing):
        with pytest.raises(CuratorError) as raised, use():
            pass
        assert "run `curator store upgrade`" in str(raised.value)
        assert "\n" not in str(raised.value)
    with pytest.raises(CuratorError, match="store upgrade"):
        SqlStore(empty_engine).lease("applier", "me", 1)


@pytest.mark.parametrize(
    "where", ["sqlite:////no/such/folder/store.sqlite3", "postgresql://someone:hidden-word@127.0.0.1:9/none", "missing"]
)
def test_a_database_that_is_not_there_is_reported_without_its_password(
    where: str, postgres: Callable[[str], str]
) -> None:
    url = postgres(where) if where == "missing" else where
    with pytest.raises(CuratorError) as raised, SqlStore(open_engine(url)).reading():
        pass
    assert "hidden-word" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "store upgrade" not in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "oracle://"])
def test_other_kinds_of_databases_are_refused(url: str) -> None:
    with pytest.raises(CuratorError):
        open_engine(url)


def test_what_an_old_store_holds_is_kept_and_has_a_place_in_time(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        alembic_upgrade(connection, "0002")
        connection.execute(text("insert into counter values (1, 9)"))
        for table, rows in _OLD_ROWS.items():
            for row in rows:
                names = ", ".join(row)
                connection.execute(
                    text(f"insert into {table} ({names}) values ({', '.join(map(':{}'.format, row))})"), row
                )
    upgrade(empty_engine)
    store = SqlStore(empty_engine)
    with store.reading() as transaction:
        assert transaction.revisions.annotators(0) == {"s/1": "ada@example.org", "s/2": "bob@example.org"}
        assert transaction.lineage.shown("s", 1) == "names@d1"
        # Of several pipelines nobody knows which was shown.
        assert transaction.lineage.shown("s", 2) is None
        starts = transaction.lineage.started_from([1, 2, 3])
        assert {number: str(start.pipeline) for number, start in starts.items()} == {1: "names@d1"}
        assert transaction.tasks.unsent("s", 2, ["d"]) == []
        assert [annotation.revision for annotation in transaction.revisions.current()] == [1, 3]
    with store.writing() as transaction:
        transaction.lineage.save_numbered("s", 2, 7, 70, "model@m1")
        assert str(transaction.lineage.started_from([3])[3].pipeline) == "model@m1"
        assert transaction.revisions.rebuild_current() == 2
    with empty_engine.connect() as connection:
        columns = "revisions, last_revision, length(policy_digest) as size"
        decision = connection.execute(text(f"select {columns} from decision")).one()
        scores = connection.scalars(text("select expected_corrections from prediction order by id")).all()
    assert tuple(decision) == (2, 3, 64)
    assert list(scores) == [2.5, 0.0]


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(revision) for revision in schema_revisions()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
