from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.curate import curate
from curator.domain.decision import DECIDER, decide, decision_of_person
from curator.domain.loss import Loss
from curator.domain.policies.kind import Outcome, PolicyKind
from curator.domain.policy import POLICIES, Policy
from curator.domain.span import Attribute, Content, Problem, Relation, Span, attribute_value, relation_value
from tests.domain.annotations import LATE, annotation
from tests.domain.quorum import QUORUM
from tests.domain.schemas import SCHEMA
from tests.domain.test_curate import contents

TEXT = " Ahmed  fuit\u00a0Paris \n et "
LATEST = Policy("latest")
EVENT = Span("events", 8, 12, "ATTACK")


def ent(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def reasons(losses: Iterable[Loss]) -> list[tuple[str, str]]:
    return [(loss.kind, loss.reason) for loss in losses]


def named(losses: Iterable[Loss]) -> list[tuple[str, str, str]]:
    return [(loss.kind, loss.reason, loss.item.get("label", loss.item.get("value"))) for loss in losses]


def test_an_empty_submission_is_a_reviewed_document() -> None:
    decision = decide("d", TEXT, [annotation()], LATEST, SCHEMA)
    assert (decision.content, decision.losses) == (Content(), ())
    assert (decision.policy, decision.decider, len(decision.contributors)) == ("latest", DECIDER, 1)


def test_a_skipped_document_is_undecided_and_the_content_of_its_annotations_is_listed() -> None:
    skipped = [annotation(Content((ent(1, 6),)), skipped=True), annotation(number=2, skipped=True, ground_truth=True)]
    decision = decide("d", TEXT, skipped, LATEST, SCHEMA)
    assert (decision.content, decision.contributors) == (None, ())
    assert reasons(decision.losses) == [("span", "skipped:latest")]


def test_a_skipped_annotation_decides_nothing_however_new_it_is() -> None:
    annotations = [annotation(number=1), annotation(number=2, updated_at=LATE, skipped=True, ground_truth=True)]
    assert [chosen.number for chosen in decide("d", TEXT, annotations, LATEST, SCHEMA).contributors] == [1]


def test_what_other_annotations_say_and_the_decision_does_not_is_listed() -> None:
    agent, place = Relation(EVENT.id, ent(1, 6).id, "agent"), Relation(EVENT.id, ent(1, 6).id, "place")
    passed_over = Content(
        (ent(1, 6), EVENT, ent(13, 18, "LOC")),
        (agent, place),
        (Attribute("document", "note", "kept"), Attribute("document", "note", "lost")),
    )
    chosen = Content((ent(1, 6), EVENT), (agent,), (Attribute("document", "note", "kept"),))
    decision = decide("d", TEXT, [annotation(passed_over), annotation(chosen, 2, LATE)], LATEST, SCHEMA)
    assert decision.content == chosen
    assert named(decision.losses) == [
        ("span", "policy:latest", "LOC"),
        ("relation", "policy:latest", "place"),
        ("attribute", "policy:latest", "lost"),
    ]


def test_quarantined_items_are_listed_whoever_annotated_them() -> None:
    broken = Content(problems=(Problem("unknown-label", {"x": 1}),))
    annotations = [annotation(broken), annotation(broken, 2, LATE)]
    quarantined = [("quarantined", "quarantined:unknown-label")] * 2
    assert reasons(decide("d", TEXT, annotations, LATEST, SCHEMA).losses) == quarantined
    assert reasons(decision_of_person("d", TEXT, annotations, "ada", Content(), SCHEMA).losses) == quarantined


@pytest.fixture
def _quorum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICIES, "quorum", QUORUM)


AGENT, PLACE = Relation(EVENT.id, ent(1, 6).id, "agent"), Relation(EVENT.id, ent(13, 18, "LOC").id, "place")
NOTE, DOUBT = Attribute(EVENT.id, "note", "x"), Attribute("document", "certitude", "douteux")
ADA = Content((ent(1, 6), EVENT, ent(13, 18, "LOC")), (AGENT, PLACE), (NOTE, DOUBT))
BOB = Content((ent(1, 6), EVENT), (), (DOUBT,))


@pytest.mark.usefixtures("_quorum")
def test_a_policy_may_merge_what_several_say_with_relations_and_attributes() -> None:
    annotations = [annotation(ADA, 1), annotation(BOB, 2, LATE)]
    decision = decide("d", TEXT, annotations, Policy("quorum"), SCHEMA)
    assert decision.content == Content((ent(1, 6), EVENT), (AGENT,), (DOUBT,))
    # In the order of the annotations, whatever the policy's own.
    assert [contributor.number for contributor in decision.contributors] == [1, 2]
    assert named(decision.losses) == [
        ("span", "policy:quorum", "LOC"),
        ("relation", "policy:quorum", "place"),
        ("attribute", "policy:quorum", "x"),
    ]


@pytest.mark.usefixtures("_quorum")
def test_the_parameters_of_a_policy_change_its_decision() -> None:
    annotations = [annotation(ADA, 1), annotation(BOB, 2, LATE)]
    union = decide("d", TEXT, annotations, Policy("quorum", {"least": 1}), SCHEMA)
    assert (union.content, union.losses) == (ADA, ())
    strict = decide("d", TEXT, annotations, Policy("quorum", {"least_relations": 2}), SCHEMA)
    assert strict.content == Content((ent(1, 6), EVENT), (), (DOUBT,))


@pytest.mark.usefixtures("_quorum")
def test_an_outcome_is_curated_and_what_curating_changed_is_listed_once() -> None:
    loose = Content((ent(0, 8), ent(1, 4, "LOC")), (), (Attribute(ent(0, 8).id, "note", 1),))
    decision = decide("d", TEXT, [annotation(loose, 1), annotation(loose, 2)], Policy("quorum"), SCHEMA)
    assert decision.content == Content((ent(1, 6),), (), (Attribute(ent(1, 6).id, "note", 1),))
    assert reasons(decision.losses) == [("span", "trimmed"), ("span", "overlaps-longer")]


def test_what_an_outcome_leaves_out_of_its_contributors_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    # A policy's own invention is curated like all content.
    invented = PolicyKind(lambda annotations, parameters: Outcome(tuple(annotations), (ent(13, 20, "LOC"),)))
    monkeypatch.setitem(POLICIES, "invented", invented)
    decision = decide("d", TEXT, [annotation(BOB, 1)], Policy("invented"), SCHEMA)
    assert decision.content == Content((ent(13, 18, "LOC"),))
    assert reasons(decision.losses) == [
        ("span", "trimmed"),
        ("span", "policy:invented"),
        ("span", "policy:invented"),
        ("attribute", "policy:invented"),
    ]


def test_a_person_decides_whatever_annotations_say() -> None:
    annotations = [annotation(ADA, 1, ground_truth=True), annotation(Content((ent(8, 12),)), 2, skipped=True)]
    decision = decision_of_person("d", TEXT, annotations, "ada", BOB, SCHEMA)
    assert (decision.policy, decision.decider, decision.contributors) == ("person", "ada", ())
    assert decision.content == BOB
    assert named(decision.losses) == [
        ("span", "decided-by-person", "LOC"),
        ("relation", "decided-by-person", "agent"),
        ("relation", "decided-by-person", "place"),
        ("attribute", "decided-by-person", "x"),
        ("span", "skipped:person", "PER"),
    ]


def test_what_a_person_decided_is_curated_and_fitted() -> None:
    content = Content((ent(0, 8), ent(1, 6, "NOBODY")), (Relation(ent(0, 8).id, ent(0, 8).id, "agent"),))
    decision = decision_of_person("d", TEXT, [], "ada", content, SCHEMA)
    assert decision.content == Content((ent(1, 6),), (Relation(ent(1, 6).id, ent(1, 6).id, "agent"),))
    assert reasons(decision.losses) == [("span", "trimmed"), ("quarantined", "quarantined:unknown-label")]


@pytest.mark.usefixtures("_quorum")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(contents(), st.booleans(), st.booleans()), max_size=4), st.integers(0, 4), contents())
def test_whatever_annotations_say_is_decided_or_listed_whoever_decides(
    parts: list[tuple[Content, bool, bool]], least: int, persons: Content
) -> None:
    annotations = [
        annotation(content, number, skipped=skipped, ground_truth=truth)
        for number, (content, skipped, truth) in enumerate(parts)
    ]
    policy = Policy("quorum", {"least": least}) if least else LATEST
    decisions = [
        decide("d", TEXT, annotations, policy, SCHEMA),
        decision_of_person("d", TEXT, annotations, "ada", persons, SCHEMA),
    ]
    for decision in decisions:
        decided = decision.content or Content()
        listed = [loss.item for loss in decision.losses]
        for content, _, _ in parts:
            assert all(span in decided.spans or as_item(span) in listed for span in content.spans)
            # What names a span that is listed as trimmed has moved with it.
            moved = {span.id for span in content.spans if as_item(span) in listed}
            for relation in content.relations:
                assert relation in decided.relations or relation_value(relation) in listed or names(relation) & moved
            for attribute in content.attributes:
                assert attribute in decided.attributes or attribute_value(attribute) in listed or attribute.on in moved
        assert curate("d", TEXT, decided, SCHEMA) == (decided, [])
    assert (decisions[0].content is None) == all(skipped for _, skipped, _ in parts)


def as_item(span: Span) -> dict[str, object]:
    return {"layer": span.layer, "start": span.start, "end": span.end, "label": span.label}


def names(relation: Relation) -> set[str]:
    return {relation.head, relation.child}
