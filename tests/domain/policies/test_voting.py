"""What several annotations elect, policy by policy."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.decision import decide
from curator.domain.loss import span_loss
from curator.domain.policies.kind import ReadAnnotation
from curator.domain.policy import POLICIES, Policy, policy_from_text
from curator.domain.span import Attribute, Content, Relation, Span
from tests.domain.annotations import LATE, annotation
from tests.domain.schemas import SCHEMA
from tests.domain.test_curate import TEXT, contents


def ent(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def said(*of_annotations: Sequence[Span]) -> list[ReadAnnotation]:
    return [annotation(Content(tuple(spans)), number) for number, spans in enumerate(of_annotations, start=1)]


A, B, C = ent(0, 4), ent(6, 9), ent(10, 14)
LONG, SHORT = ent(0, 8), ent(2, 8)


@pytest.mark.parametrize(
    ("policy", "annotations", "spans", "reasons"),
    [
        ("majority", ([A, B], [A], [A, C]), [A], {B.id: None, C.id: None}),
        ("majority", ([A, B], [A]), [A], {B.id: "tie"}),
        ("majority", ([], []), [], {}),
        ("majority:ties=latest", ([A, B], [A]), [A], {B.id: "tie"}),
        ("majority:ties=latest", ([A], [A, B]), [A, B], {}),
        ("majority:at_least=0.5", ([A, B], [A]), [A, B], {}),
        ("majority:at_least=0.6", ([A, B], [A, B], [A, B], [C], [C]), [A, B], {C.id: None}),
        ("majority:at_least=1", ([A, B], [A]), [A], {B.id: None}),
        ("majority", ([LONG], [LONG], [SHORT]), [LONG], {SHORT.id: None}),
        ("majority:match=overlap", ([LONG], [SHORT], [SHORT]), [SHORT], {LONG.id: "matched"}),
        ("majority:match=overlap", ([LONG], [SHORT], [A]), [LONG], {SHORT.id: "tie", A.id: "tie"}),
        ("majority:match=overlap", ([LONG], [ent(2, 8, "LOC")]), [], {LONG.id: "tie"}),
        ("intersection", ([A, B], [A], [A, B]), [A], {B.id: None}),
        ("intersection:match=overlap", ([LONG, C], [SHORT], [SHORT]), [SHORT], {LONG.id: "matched", C.id: None}),
        ("union", ([A, B], [A], [C]), [A, B, C], {}),
    ],
)
def test_spans_are_elected_in_whatever_order_the_annotations_come(
    policy: str, annotations: Sequence[Sequence[Span]], spans: list[Span], reasons: dict[str, str | None]
) -> None:
    voters = said(*annotations)
    for order in permutations(voters):
        outcome = policy_from_text(policy).decide(order)
        assert outcome is not None
        assert sorted(outcome.spans, key=lambda span: span.id) == sorted(spans, key=lambda span: span.id)
        assert len(outcome.contributors) == len(voters)
        assert {
            span.id: outcome.reasons.get((voter.number, span.id))
            for voter in voters
            for span in voter.content.spans
            if span not in outcome.spans
        }.items() >= reasons.items()


def test_an_annotation_that_holds_two_spans_of_a_label_that_overlap_keeps_both() -> None:
    both = [Span("events", 0, 8, "ATTACK"), Span("events", 2, 8, "ATTACK")]
    outcome = policy_from_text("intersection:match=overlap").decide(said(both, both))
    assert outcome is not None
    assert set(outcome.spans) == set(both)


PLACE = Relation(B.id, A.id, "place")


@pytest.mark.parametrize(
    ("policy", "linked", "elected"),
    [
        ("majority", [True, True, False], True),
        ("majority", [True, False, False], False),
        ("majority", [True, False, None], False),
        ("majority:ties=latest", [False, True, None], False),
        ("majority:ties=latest", [None, False, True], True),
        ("majority", [True, True, None], True),
        ("intersection", [True, True, True], True),
        ("intersection", [True, True, False], False),
        ("union", [True, False, None], True),
    ],
)
def test_relations_and_attributes_are_elected_by_those_that_have_the_spans(
    policy: str, linked: list[bool | None], elected: bool
) -> None:
    sure = Attribute(B.id, "certitude", ["douteux"])
    voters = [
        annotation(
            Content((A,) if links is None else (A, B), (PLACE,) if links else (), (sure,) if links else ()),
            number,
        )
        for number, links in enumerate(linked, start=1)
    ]
    outcome = policy_from_text(policy).decide(voters)
    assert outcome is not None
    assert (PLACE in outcome.relations, sure in outcome.attributes) == (elected, elected)


def test_a_relation_follows_its_span_to_the_one_that_stands_for_it_or_is_listed() -> None:
    one = annotation(Content((LONG, C), (Relation(LONG.id, C.id, "place"),)), 1)
    other = annotation(Content((SHORT, C), (Relation(SHORT.id, C.id, "place"),)), 2)
    third = annotation(Content((SHORT, B), (Relation(SHORT.id, B.id, "agent"),)), 3)
    decision = decide("d", "x" * 20, [one, other, third], policy_from_text("majority:match=overlap"), SCHEMA)
    assert decision.content is not None
    assert decision.content.relations == (Relation(SHORT.id, C.id, "place"),)
    assert [(loss.kind, loss.item["label"], loss.reason) for loss in decision.losses] == [
        ("span", "PER", "matched"),
        ("relation", "place", "matched"),
        ("span", "PER", "policy:majority"),
        ("relation", "agent", "span-left-out"),
    ]


def test_ground_truth_alone_counts_where_that_is_the_policy() -> None:
    marked = annotation(Content((A,)), 1, ground_truth=True)
    newer = annotation(Content((B,)), 2, LATE)
    decision = decide("d", "x" * 20, [marked, newer], Policy("ground-truth"), SCHEMA)
    assert decision.content is not None
    assert decision.content.spans == (A,)
    assert [loss.reason for loss in decision.losses] == ["policy:ground-truth"]
    assert Policy("ground-truth").decide([newer]) is None


def test_nothing_but_a_person_adjudicates() -> None:
    decision = decide("d", "x" * 20, said([A], [A]), Policy("adjudicated"), SCHEMA)
    assert decision.content is None
    assert [(loss.kind, loss.reason) for loss in decision.losses] == [
        ("document", "not-adjudicated"),
        ("span", "policy:adjudicated"),
        ("span", "policy:adjudicated"),
    ]


def test_a_label_may_have_a_policy_of_its_own_and_relations_follow() -> None:
    place = ent(16, 19, "LOC")
    annotations = [
        annotation(Content((A, place), (Relation(A.id, place.id, "agent"),)), 1),
        annotation(Content((A, B, place), (Relation(B.id, place.id, "agent"),)), 2),
        annotation(Content((C,)), 3, LATE),
    ]
    policy = Policy("majority").with_labels({"entities:PER": Policy("latest"), "PER": Policy("union")})
    decision = decide("d", "x" * 20, annotations, policy, SCHEMA)
    assert decision.content is not None
    assert decision.content.spans == (C, place)
    assert {loss.reason for loss in decision.losses if loss.kind == "span"} == {"policy:latest"}
    assert {loss.reason for loss in decision.losses if loss.kind == "relation"} == {"span-left-out"}
    either = Policy("majority").with_labels({"PER": Policy("union")})
    united = decide("d", "x" * 20, annotations, either, SCHEMA).content
    assert united is not None
    assert united.spans == (A, B, C, place)
    # Of the two that have both ends one names it.
    assert united.relations == (Relation(B.id, place.id, "agent"),)


VOTING = ("majority", "majority:match=overlap", "majority:ties=latest", "intersection", "intersection:match=overlap")
SEVERAL = st.lists(contents(), min_size=1, max_size=4)


def annotations_of(several: Sequence[Content]) -> list[ReadAnnotation]:
    # Each thing once, and no relation or attribute without its spans, as reading annotations leaves them.
    single = [
        Content(
            tuple(dict.fromkeys(content.spans)),
            tuple(dict.fromkeys(content.relations)) if content.spans else (),
            tuple(attribute for attribute in content.attributes[:1] if attribute.on != "none"),
        )
        for content in several
    ]
    return [annotation(content, number, ground_truth=True) for number, content in enumerate(single, start=1)]


def outcome_of(policy: str, annotations: Sequence[ReadAnnotation]) -> Any:
    return policy_from_text(policy).decide(annotations)


@given(SEVERAL, st.randoms(use_true_random=False))
def test_the_order_of_annotations_makes_no_difference(several: list[Content], random: Any) -> None:
    annotations = annotations_of(several)
    for policy in (*VOTING, "union", "latest", "ground-truth"):
        shuffled = random.sample(annotations, len(annotations))
        before, after = outcome_of(policy, annotations), outcome_of(policy, shuffled)
        assert (before.content, before.reasons) == (after.content, after.reasons)


@given(SEVERAL)
def test_a_union_holds_what_a_majority_does_and_that_what_an_intersection_does(several: list[Content]) -> None:
    annotations = annotations_of(several)
    union, majority, intersection = (outcome_of(name, annotations) for name in ("union", "majority", "intersection"))
    assert set(union.spans) >= set(majority.spans) >= set(intersection.spans)
    assert set(union.relations) >= set(majority.relations) >= set(intersection.relations)
    for more, fewer in ((union, majority), (majority, intersection)):
        assert {item.key for item in more.attributes} >= {item.key for item in fewer.attributes}


@given(contents())
def test_one_annotation_alone_is_decided_as_it_is_by_every_policy(content: Content) -> None:
    annotations = annotations_of([content])
    latest = outcome_of("latest", annotations).content
    for policy in (*VOTING, "union", "ground-truth"):
        assert outcome_of(policy, annotations).content == latest
    mixed = Policy("majority").with_labels({"PER": Policy("union"), "ATTACK": Policy("intersection")})
    decided = mixed.decide(annotations)
    assert decided is not None
    assert {span.id for span in decided.spans} == {span.id for span in latest.spans}
    assert set(decided.relations) == set(latest.relations)


POLICIES_AND_MIXED = [
    *(Policy(name) for name in POLICIES),
    *map(policy_from_text, VOTING),
    Policy("majority").with_labels({"PER": Policy("latest"), "ATTACK": policy_from_text("majority:match=overlap")}),
]


@given(SEVERAL, st.sampled_from(POLICIES_AND_MIXED))
def test_what_an_annotation_holds_is_decided_or_listed(several: list[Content], policy: Policy) -> None:
    annotations = annotations_of(several)
    decision = decide("d", "x" * len(TEXT), annotations, policy, SCHEMA)
    content = decision.content or Content()
    for kind, items in (
        ("span", [(span, span_loss("d", span, "").item) for each in annotations for span in each.content.spans]),
        ("relation", [(one, None) for each in annotations for one in each.content.relations]),
    ):
        listed = [loss.item for loss in decision.losses if loss.kind == kind]
        for item, value in items:
            if isinstance(item, Relation):
                value = {"head": item.head, "child": item.child, "label": item.label, "direction": item.direction}
            kept = item in content.spans if isinstance(item, Span) else item in content.relations
            assert kept or value in listed
