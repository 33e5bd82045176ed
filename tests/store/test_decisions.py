"""Decisions, and what people decided, on both databases."""

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.loss import Loss
from curator.domain.policy import Policy
from curator.domain.span import Attribute, Content, Relation, Span
from curator.steps.curation.decide import Decider, Rules
from curator.steps.curation.decide_by_person import decide_by_person
from curator.steps.ports.stored_decisions import StoredDecision
from curator.store.database import SqlStore
from tests.fakes.deciding import decide_all
from tests.fakes.parts import SCHEMA
from tests.store.conftest import arrival

PERSON, EVENT = Span("entities", 0, 5, "PER"), Span("events", 2, 5, "ATTACK")
CONTENT = Content(
    (PERSON, EVENT), (Relation(EVENT.id, PERSON.id, "agent"),), (Attribute("document", "note", ["é", None]),)
)
RULES = Rules(Policy("latest"), False, "salt")


def decision(document: str, **fields: object) -> StoredDecision:
    known = {
        "policy": "quorum",
        "parameters": {"least": 2},
        "decider": "curator",
        "revisions": (1, 2),
        "contributors": (2,),
        "losses": (Loss(document, "span", {"start": 0}, "blank"), Loss(document, "document", None, "no-split")),
        "counts": {"entities": {"PER": 1}},
        "record": b'{"id":"\xc3\xa9"}\n',
    }
    return StoredDecision(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("record", [None, b'{"id":"\xc3\xa9"}\n'])
def test_a_decision_is_read_back_by_its_inputs_as_it_was_stored(
    store: SqlStore, document: str, record: bytes | None
) -> None:
    made = decision(document, record=record)
    with store.writing() as transaction:
        first = transaction.decisions.add({document: ("key", made)})
        # Whoever decided first on the same inputs decided.
        assert transaction.decisions.add({document: ("key", decision(document, policy="later"))}) == first
    with store.reading() as transaction:
        assert transaction.decisions.find({document: "key"}) == first
        assert first[document].decision == made
        assert transaction.decisions.find({document: "other"}) == {}
        assert transaction.counts()["decisions"] == 1


def test_the_newest_decision_of_a_person_holds_as_of_any_time(store: SqlStore, document: str) -> None:
    moments = []
    for person, content in (("ada", CONTENT), ("bob", Content()), ("ada", CONTENT)):
        with store.writing() as transaction:
            moments.append(transaction.seq)
            transaction.decisions.add_by_person(document, person, content)
    with store.reading() as transaction:
        decisions = transaction.decisions
        seen = [decisions.by_person(document, moment) for moment in moments]
        assert [(known.person, known.content) for known in seen if known] == [
            ("ada", CONTENT),
            ("bob", Content()),
            ("ada", CONTENT),
        ]
        assert len({known.number for known in seen if known}) == 3
        assert decisions.by_person(document, moments[0] - 1) is None
        assert decisions.by_person("0" * 24, moments[2]) is None


def test_decided_documents_come_by_id_whoever_decided_them(store: SqlStore, reviewed: list[str]) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Rome va")])
    alone = document_id("Rome va")
    for document in (reviewed[1], alone):
        decide_by_person(document, "ada", Content((PERSON,)), store=store, rules=RULES, read_content=READ_ANNOTATION)
    with store.reading() as transaction:
        seq = transaction.seq
    decider = Decider(SCHEMA, RULES, READ_ANNOTATION)
    decided, again = (list(decide_all(store, decider, seq)) for _ in range(2))
    assert decided == again
    assert [document.document for document in decided] == sorted([*reviewed, alone])
    people = {document.document for document in decided if b'"policy":"person"' in (document.line or b"")}
    assert people == {reviewed[1], alone}
    assert {document.document for document in decided if document.split is None} == {alone}


def test_annotations_of_one_document_are_read_alone(store: SqlStore, reviewed: list[str]) -> None:
    with store.reading() as transaction:
        (revision,) = transaction.revisions.current_revisions(document=reviewed[1])
    assert (revision.number, revision.document) == (2, reviewed[1])
