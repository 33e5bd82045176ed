"""What a person decided holds until a person changes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError, InputRefused
from curator.domain.policy import Policy
from curator.domain.pseudonym import pseudonym
from curator.domain.span import Attribute, Content, Relation, Span
from curator.steps.curation.decide import DecidedDocument, Rules
from curator.steps.curation.decide_by_person import decide_by_person
from curator.steps.datasets.freeze import Frozen
from curator.steps.in_force.schema import adopt_schema
from tests.fakes.parts import NamePipeline, link, raw, region, schema_with_label
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import Export, export_of, losses, now, records

TEXT = "Marie Curie attaque Paris "
DOCUMENT = document_id(TEXT)
MARIE, ATTACK = Span("entities", 0, 11, "PER"), Span("events", 12, 19, "ATTACK")
DECIDED = Content(
    (ATTACK, MARIE), (Relation(ATTACK.id, MARIE.id, "agent"),), (Attribute("document", "certitude", "douteux"),)
)
RULES = Rules(Policy("latest"), False, "salt")

Decide = Callable[..., DecidedDocument]


@pytest.fixture
def task(world: World) -> int:
    """A document with a task that somebody annotated."""
    world.ingest(raw("a.txt", TEXT, meta={"k": 1}, split="train"))
    world.preannotate()
    (task,) = world.with_tasks(raw("a.txt", TEXT, meta={"k": 1}, split="train"))
    world.server.annotate(task, [region(20, 25, "GPE")])
    world.deliver()
    return task


@pytest.fixture
def decide(world: World, task: int) -> Decide:
    def decide(content: Content = DECIDED, person: str = "ada", document: str = DOCUMENT) -> DecidedDocument:
        return decide_by_person(document, person, content, store=world.store, rules=RULES, read_content=READ_ANNOTATION)

    return decide


@pytest.fixture
def export(world: World, tmp_path: Path) -> Export:
    return export_of(world, tmp_path / "exports")


def record(frozen: Frozen) -> dict[str, Any]:
    return records(frozen)[TEXT]


def train(frozen: Frozen) -> bytes:
    return (frozen.path / "train.jsonl").read_bytes()


def decisions(world: World) -> list[Any]:
    with world.sql.engine.connect() as connection:
        return list(connection.exec_driver_sql("select decider, policy, person_decision from decision order by id"))


def test_the_record_is_what_the_person_decided(decide: Decide, export: Export) -> None:
    decided = decide()
    frozen = export()
    assert decided.line == train(frozen)
    value = record(frozen)
    assert value["spans"]["entities"] == [
        {"id": MARIE.id, "start": 0, "end": 11, "label": "PER", "text": "Marie Curie"}
    ]
    assert value["relations"] == [{"head": ATTACK.id, "child": MARIE.id, "label": "agent", "direction": "right"}]
    assert value["attributes"] == [{"on": "document", "name": "certitude", "value": "douteux"}]
    assert value["meta"] == {"k": 1}
    assert value["provenance"] == {
        "annotators": [pseudonym("salt", "ada")],
        "last_annotator": pseudonym("salt", "ada"),
        "policy": "person",
        "pipeline": None,
        "ground_truth": True,
        "source": "a.txt",
    }
    assert frozen.manifest["counts"]["spans"]["entities"] == {"PER": 1, "GPE": 0}


def test_what_annotations_say_and_the_person_does_not_is_listed(decide: Decide, export: Export) -> None:
    decided = decide()
    assert [(loss.kind, loss.reason) for loss in decided.losses] == [("span", "decided-by-person")]
    assert losses(export()) == [loss.value() for loss in decided.losses]


def test_later_annotations_change_the_losses_and_not_a_byte_of_the_record(
    world: World, task: int, decide: Decide, export: Export
) -> None:
    before = decide()
    first = export()
    world.server.change(1, result=[])
    world.server.annotate(
        task, [region(0, 5, "GPE"), region(12, 19, "ATTACK", "events"), link("r12-19-ATTACK", "r0-5-GPE")]
    )
    world.server.change(2, ground_truth=True)
    world.deliver()
    later = export()
    assert train(later) == train(first) == before.line
    assert later.unchanged
    assert [(loss["kind"], loss["reason"]) for loss in losses(export("other"))] == [
        ("relation", "decided-by-person"),
        ("span", "decided-by-person"),
    ]


def test_annotations_that_are_all_withdrawn_take_nothing_away(world: World, decide: Decide, export: Export) -> None:
    decided = decide()
    world.server.delete(1)
    world.deliver()
    assert train(export()) == decided.line
    assert losses(export()) == []


def test_a_document_that_nobody_annotated_can_be_decided(world: World, decide: Decide, export: Export) -> None:
    text = "Rien de neuf"
    world.ingest(text)
    assert decide(Content(), document=document_id(text)).counts == {
        "entities": {"PER": 0, "GPE": 0},
        "events": {"ATTACK": 0},
    }
    frozen = export()
    assert list(records(frozen)) != []
    assert records(frozen)[text]["provenance"]["policy"] == "person"


def test_the_next_decision_of_a_person_takes_its_place(world: World, decide: Decide, export: Export) -> None:
    decide()
    moment = now(world)
    first = export()
    decide(Content((MARIE,)), "bob")
    second = export()
    assert record(second)["provenance"]["annotators"] == [pseudonym("salt", "bob")]
    assert [span["id"] for span in record(second)["spans"]["entities"]] == [MARIE.id]
    # And the first one may come back, as it was.
    decide()
    assert train(export()) == train(first)
    # The past keeps its own, also where it is exported for the first time.
    assert train(export("past", as_of=moment)) == train(first)


def test_a_past_before_the_decision_knows_nothing_of_it(
    world: World, task: int, decide: Decide, export: Export
) -> None:
    moment = now(world)
    before = export()
    decide()
    assert record(export())["provenance"]["policy"] == "person"
    assert train(export("past", as_of=moment)) == train(before)


def test_an_older_decision_that_is_remade_does_not_come_before_a_newer_one(
    world: World, decide: Decide, export: Export
) -> None:
    decide()
    moment = now(world)
    decide(Content((MARIE,)), "bob")
    world.ingest(raw("b.txt", TEXT, meta={"k": 2}))
    export("past", as_of=moment)
    assert record(export())["provenance"]["annotators"] == [pseudonym("salt", "bob")]


def test_deciding_the_same_twice_is_deciding_it_once(world: World, decide: Decide) -> None:
    scored = Content((ATTACK, Span("entities", 0, 11, "PER", 0.5, "rule")), DECIDED.relations, DECIDED.attributes)
    assert decide() == decide(scored)
    assert len(decisions(world)) == 1
    decide(person="bob")
    assert [row.decider for row in decisions(world)] == ["ada", "bob"]


def test_the_record_is_remade_where_schema_source_or_naming_changed(
    world: World, decide: Decide, export: Export
) -> None:
    decide()
    export()
    world.preannotate(NamePipeline(digest="d2"))
    assert export().unchanged
    world.ingest(raw("b.txt", TEXT, meta={"k": 2}))
    moved = record(export())
    assert (moved["meta"], moved["provenance"]["source"]) == ({"k": 2}, "b.txt")
    assert record(export("named", named=True))["provenance"]["annotators"] == ["ada"]
    adopt_schema(world.store, schema_with_label("ORG"), "tests")
    assert export().manifest["counts"]["spans"]["entities"] == {"PER": 1, "GPE": 0, "ORG": 0}
    assert [tuple(row) for row in decisions(world)] == [("ada", "person", 1)] * 4
    assert moved["spans"] == record(export())["spans"]


def test_what_a_person_decides_is_curated(decide: Decide) -> None:
    loose = Content((Span("entities", 0, 12, "PER"), Span("entities", 0, 5, "GPE")))
    decided = decide(loose)
    assert [(loss.kind, loss.reason) for loss in decided.losses] == [
        ("span", "trimmed"),
        ("span", "overlaps-longer"),
        ("span", "decided-by-person"),
    ]
    assert json.loads(decided.line or b"")["spans"]["entities"][0]["end"] == 11


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (Content((Span("entities", 0, 99, "PER"),)), "offsets-outside-text"),
        (Content((Span("entities", 0, 5, "ATTACK"),)), "unknown-label"),
        (Content((MARIE,), (Relation(MARIE.id, ATTACK.id, "agent"),)), "relation-without-span"),
        (Content((MARIE,), (Relation(MARIE.id, MARIE.id, "cousin"),)), "unknown-relation"),
        (Content(attributes=(Attribute("document", "certitude", "sûr"),)), "unknown-choice"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(
    world: World, decide: Decide, content: Content, cause: str
) -> None:
    with pytest.raises(InputRefused, match=rf"decision does not fit: {cause} \({DOCUMENT}, "):
        decide(content)
    assert decisions(world) == []
    with world.store.reading() as transaction:
        assert transaction.decisions.by_person(DOCUMENT, transaction.seq) is None


@pytest.mark.parametrize("person", ["", " ", "curator", "half \ud83d"])
def test_a_person_has_a_name(world: World, decide: Decide, person: str) -> None:
    with pytest.raises(InputRefused):
        decide(person=person)
    assert decisions(world) == []


def test_a_document_that_is_not_there_cannot_be_decided(decide: Decide) -> None:
    with pytest.raises(CuratorError, match="no such document"):
        decide(document="0" * 24)
