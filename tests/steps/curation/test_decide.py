"""Decisions by a policy other than the one that is shipped, up to the record."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.document import SPLITS
from curator.domain.policy import POLICIES, Policy
from curator.files.versions import VersionFolder
from curator.steps.curation.batches import decide_document
from curator.steps.curation.decide import Decider, Rules
from curator.steps.datasets.freeze import Frozen, freeze
from tests.domain.quorum import QUORUM
from tests.fakes.deciding import decide_all
from tests.fakes.parts import NamePipeline, link, region
from tests.fakes.world import World

PARIS = "Marie Curie attaque Paris"
MARIE, PLACE, ATTACK = region(0, 11, "PER"), region(20, 25, "GPE"), region(12, 19, "ATTACK", "events")
NOTE = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["vu"]}}


@pytest.fixture(autouse=True)
def _quorum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICIES, "quorum", QUORUM)


@pytest.fixture
def reviewed(world: World) -> World:
    """One document with the annotations of two people."""
    (task,) = world.with_tasks(PARIS)
    first = [MARIE, PLACE, ATTACK, link("r12-19-ATTACK", "r0-11-PER", "agent"), NOTE]
    second = [MARIE, ATTACK, link("r12-19-ATTACK", "r0-11-PER", "agent"), NOTE]
    world.server.annotate(task, first)
    world.server.annotate(task, second, user=world.server.add_user("ada@example.org"))
    world.sync()
    world.deliver()
    return world


def export(world: World, policy: Policy, *, named: bool = True) -> Frozen:
    return freeze(
        "news",
        store=world.store,
        storage=VersionFolder(world.folder / "exports"),
        rules=Rules(policy, named, "salt"),
        read_content=READ_ANNOTATION,
        as_of=None,
        code_version="0",
    )


def records(frozen: Frozen) -> Iterator[dict[str, Any]]:
    for split in SPLITS:
        yield from map(json.loads, (frozen.path / f"{split}.jsonl").read_bytes().splitlines())


def test_several_annotators_make_one_record_with_relations_and_attributes(reviewed: World) -> None:
    frozen = export(reviewed, Policy("quorum"))
    (record,) = records(frozen)
    assert [span["id"] for spans in record["spans"].values() for span in spans] == [
        "entities:0-11:PER",
        "events:12-19:ATTACK",
    ]
    assert [relation["label"] for relation in record["relations"]] == ["agent"]
    assert record["attributes"] == [{"on": "document", "name": "note", "value": ["vu"]}]
    assert record["provenance"] == {
        "annotators": ["ada@example.org", "admin@example.org"],
        "last_annotator": "ada@example.org",
        "policy": "quorum",
        "pipeline": None,
        "ground_truth": False,
        "source": f"{PARIS[:12]}.txt",
    }
    assert frozen.manifest["rules"]["decision"] == {
        "policy": "quorum",
        "parameters": {"least": 2, "least_relations": 1},
        "annotators": "email",
    }


def test_other_parameters_and_other_policies_are_other_versions(reviewed: World) -> None:
    versions = [
        export(reviewed, Policy("latest")),
        export(reviewed, Policy("quorum")),
        export(reviewed, Policy("quorum", {"least": 1})),
        export(reviewed, Policy("quorum", {"least": 1})),
    ]
    assert [frozen.version for frozen in versions] == [1, 2, 3, 3]
    counts = [frozen.manifest["counts"]["spans"]["entities"]["GPE"] for frozen in versions]
    assert counts == [0, 0, 1, 1]
    # What a past version was decided by is read back with its parameters.
    with reviewed.store.reading() as transaction:
        value = transaction.settings.get("decision_rules")
    assert Rules(Policy("latest"), False, "salt").as_stored(value) == Rules(
        Policy("quorum", {"least": 1}), True, "salt"
    )


def test_a_stored_decision_names_its_contributors_by_their_revisions(reviewed: World) -> None:
    with reviewed.store.writing() as transaction:
        decider = Decider(reviewed.schema, Rules(Policy("quorum"), False, "salt"), READ_ANNOTATION)
        document = decide_document(transaction, decider, document_id(PARIS))
        seq = transaction.seq
    assert list(decide_all(reviewed.store, decider, seq)) == [document]
    with reviewed.sql.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("select policy, decider, result from decision").all()
    result = json.loads(row.result)
    assert (row.policy, row.decider) == ("quorum", "curator")
    assert result["parameters"] == {"least": 2, "least_relations": 1}
    assert result["contributors"] == result["revisions"] == [1, 2]


def test_contributors_that_began_from_different_pipelines_have_none_in_common(world: World) -> None:
    world.ingest(PARIS)
    world.preannotate()
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [MARIE])
    world.deliver()
    quorum = Policy("quorum", {"least": 1})
    (record,) = records(export(world, quorum))
    assert record["provenance"]["pipeline"] == str(NamePipeline().id)
    later = NamePipeline(digest="d2")
    world.preannotate(later)
    with world.sql.engine.connect() as connection:
        number = connection.exec_driver_sql("select id from prediction where digest = 'd2'").scalar_one()
    with world.store.writing() as transaction:
        transaction.tasks.mark_sent(world.server.name, world.project, [(task, number)])
        transaction.lineage.save_shown(world.server.name, world.project, str(later.id))
    world.server.annotate(task, [MARIE], user=world.server.add_user("ada@example.org"))
    world.deliver()
    (record,) = records(export(world, quorum))
    assert record["provenance"]["pipeline"] is None
