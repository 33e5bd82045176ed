"""Stores that were filled before a migration keep what they hold."""

from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import canonical_json, document_id
from curator.domain.policy import Policy
from curator.steps.curation.batches import decided_in_past
from curator.steps.curation.decide import Decider, Rules
from curator.steps.ports.stored_versions import StoredVersion
from curator.store import migrate
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.migrate import upgrade
from curator.views.quarantine import quarantine
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.deciding import decide_all
from tests.fakes.parts import SCHEMA, region

TEXTS = ("Paris dort", "Lyon rit", "Oslo lit")


def upgraded_to(engine: Engine, revision: str) -> None:
    """Bring an empty database to a revision that is not the last one."""
    config = Config()
    config.set_main_option("script_location", str(migrate._FOLDER).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_leases_and_tasks_of_before_held_deletions_survive(empty_engine: Engine) -> None:
    upgraded_to(empty_engine, "0004")
    with empty_engine.begin() as connection:
        for statement in (
            "insert into document (id, seq, lang, text) values ('d', 1, 'fr', 'Paris')",
            "insert into lease (name, holder, expires) values ('applier', 'one', 4000000000)",
            "insert into task (server, project, task, document, gone, since) values ('s', 1, 1, 'd', false, 1)",
            "insert into task (server, project, task, document, gone, since) values ('s', 1, 2, 'd', true, 1)",
        ):
            connection.execute(text(statement))
    assert upgrade(empty_engine)
    store = SqlStore(empty_engine)
    assert store.lease("applier", "two", 60) is None
    held = store.lease("applier", "one", 60)
    assert held
    with store.writing(held) as transaction:
        assert transaction.tasks.live("s", 1) == {1: "d"}
        assert transaction.deletions.held() == []
        transaction.tasks.mark_gone("s", 1, [1])
    with empty_engine.connect() as connection:
        rows = connection.execute(text("select task, gone, gone_seq from task order by task")).all()
    assert [(row.task, bool(row.gone), row.gone_seq) for row in rows] == [(1, True, 1), (2, True, None)]


def test_versions_of_before_any_was_fetched_are_the_store_s_own(empty_engine: Engine) -> None:
    upgraded_to(empty_engine, "0011")
    with empty_engine.begin() as connection:
        connection.execute(
            text(
                "insert into version (seq, dataset, number, digest, as_of, retrospective) "
                "values (4, 'news', 1, 'd', 4, false)"
            )
        )
    assert upgrade(empty_engine)
    with SqlStore(empty_engine).reading() as transaction:
        assert transaction.versions.all() == [StoredVersion("news", 1, "d", 4)]


def test_annotations_of_before_the_index_of_readings_are_read_by_who_first_looks(empty_engine: Engine) -> None:
    upgraded_to(empty_engine, "0008")
    state = annotation_state(identity(7), [region(0, 5, "GPE"), region(0, 5, "NOPE")])
    named = {"source": state.identity.source, "key": "7", "at": state.identity.created_at}
    with empty_engine.begin() as connection:
        for statement in (
            "insert into counter (id, value) values (1, 3)",
            "insert into document (id, seq, lang, text) values ('d', 1, 'fr', 'Paris')",
            "insert into setting (seq, name, value) values (1, 'schema', :schema)",
            "insert into revision (number, seq, source, key, created_at, document, value) "
            "values (5, 2, :source, :key, :at, 'd', :value)",
            "insert into current_annotation (source, key, created_at, revision, first_seq, document, task, updated_at, "
            "skipped, ground_truth) values (:source, :key, :at, 5, 2, 'd', 1, :at, false, false)",
        ):
            values = {**named, "schema": canonical_json(SCHEMA.value), "value": canonical_json(state.value())}
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), used)
    assert upgrade(empty_engine)
    store, readings = SqlStore(empty_engine), ReadingIndex(empty_engine, READ_ANNOTATION)
    assert readings.waiting() == 1
    assert [entry.cause for entry in quarantine(store, readings)] == ["unknown-label"]
    assert readings.waiting() == 0


def test_documents_of_several_tasks_are_known_after_an_upgrade(empty_engine: Engine) -> None:
    upgraded_to(empty_engine, "0009")
    with empty_engine.begin() as connection:
        connection.execute(text("insert into document (id, seq, lang, text) values ('d', 1, 'fr', 'Paris')"))
        for task, gone in ((1, "false"), (2, "true"), (3, "false")):
            values = f"('s', 1, {task}, 'd', {gone}, 1)"
            connection.execute(text(f"insert into task (server, project, task, document, gone, since) values {values}"))
    assert upgrade(empty_engine)
    with SqlStore(empty_engine).reading() as transaction:
        assert transaction.projects.doubled("s", 1) == {"d": [1, 3]}
        assert transaction.tasks.live_count("s", 1) == 2


def test_what_was_annotated_or_decided_before_the_index_of_decisions_is_in_it(empty_engine: Engine) -> None:
    upgraded_to(empty_engine, "0007")
    annotated, decided, other = map(document_id, TEXTS)
    state = annotation_state(identity(1), [region(0, 5, "GPE")])
    key = {"source": state.identity.source, "key": "1", "created_at": state.identity.created_at}
    content = canonical_json({"spans": [], "relations": [], "attributes": [], "problems": []})
    source = {"name": "a.txt", "raw_sha256": "0", "encoding": "utf-8", "meta": "{}", "meta_digest": "0"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("counter", {"id": 1, "value": 5}),
        *(("document", {"id": document_id(name), "seq": 1, "lang": "fr", "text": name}) for name in TEXTS),
        *(("source", {"seq": 1, "document": document_id(name), **source}) for name in TEXTS),
        ("revision", {"number": 1, "seq": 4, **key, "document": annotated, "value": canonical_json(state.value())}),
        ("person_decision", {"seq": 5, "document": decided, "person": "ada", "content": content}),
    ]
    with empty_engine.begin() as connection:
        for table, row in rows:
            values = ", ".join(f":{column}" for column in row)
            connection.execute(text(f"insert into {table} ({', '.join(row)}) values ({values})"), row)
    assert upgrade(empty_engine)
    store = SqlStore(empty_engine)
    decider = Decider(SCHEMA, Rules(Policy("latest"), False, "salt"), READ_ANNOTATION)
    documents = list(decide_all(store, decider, 5))
    assert [document.document for document in documents] == sorted((annotated, decided))
    assert documents == list(decided_in_past(store, decider, 5))
    assert other not in {document.document for document in documents}
