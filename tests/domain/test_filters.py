from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.filtered import Filter, decide_filtered, decision_of_person_filtered, each_annotation
from curator.domain.filters import EVERYTHING, Filters
from curator.domain.loss import Loss
from curator.domain.policies.kind import ReadAnnotation
from curator.domain.policy import Policy
from curator.domain.span import Attribute, Content, Relation, Span, content_from_value, content_value
from tests.domain.annotations import EARLY, LATE, annotation
from tests.domain.schemas import SCHEMA
from tests.domain.test_curate import TEXT, contents

PERSON, PLACE, EVENT = Span("entities", 0, 2, "PER"), Span("entities", 3, 5, "LOC"), Span("events", 6, 8, "ATTACK")
CONTENT = Content(
    (PERSON, PLACE, EVENT),
    (Relation(EVENT.id, PLACE.id, "place"), Relation(EVENT.id, PERSON.id, "agent")),
    (Attribute(PERSON.id, "note", "a"), Attribute("document", "note", "b")),
)


def by(**filters: Any) -> Filter:
    return Filter(Filters(**filters), str)


def test_without_any_filter_nothing_is_said_and_everything_taken() -> None:
    assert (EVERYTHING.rules(), EVERYTHING.value(), EVERYTHING.shaping_value()) == ({}, {}, {})
    assert (EVERYTHING.shapes, EVERYTHING.selects, EVERYTHING.narrows) == (False, False, False)
    assert EVERYTHING.narrowed("d", CONTENT) == (CONTENT, [])
    assert EVERYTHING.refusal_of_document("d", "a.txt") is None


@pytest.mark.parametrize(
    ("filters", "rules", "shapes", "selects"),
    [
        ({"labels": ("LOC", "A")}, {"filters": {"labels": ["A", "LOC"]}}, True, False),
        ({"min_annotations": 2}, {"filters": {"min_annotations": 2}}, True, False),
        ({"since": EARLY, "until": LATE}, {"filters": {"since": EARLY, "until": LATE}}, True, False),
        ({"source": "a*"}, {"filters": {"source": "a*"}}, False, True),
        ({"each_annotation": True}, {"all_annotations": True}, True, False),
        ({"silver": 0.0}, {"silver": {"min_score": 0.0}}, False, False),
    ],
)
def test_a_manifest_names_what_is_set_alone(
    filters: dict[str, Any], rules: dict[str, Any], shapes: bool, selects: bool
) -> None:
    made = Filters(**filters)
    assert (made.rules(), made.shapes, made.selects) == (rules, shapes, selects)


def test_lists_of_documents_are_told_by_their_digest_whatever_their_order() -> None:
    some, same = Filters(only=frozenset(["a", "b"])), Filters(only=frozenset(["b", "a"]))
    assert some.value() == same.value()
    assert some.value()["only"]["documents"] == 2
    assert some.value() != Filters(only=frozenset(["a", "c"])).value()
    assert Filters(without=frozenset()).value()["without"]["documents"] == 0


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ({"only": frozenset(["d"])}, None),
        ({"only": frozenset(["e"])}, "filtered:only"),
        ({"only": frozenset()}, "filtered:only"),
        ({"without": frozenset(["d"])}, "filtered:without"),
        ({"source": "news/*.txt"}, None),
        ({"source": "*.csv"}, "filtered:source"),
    ],
)
def test_documents_are_refused_for_what_they_are(filters: dict[str, Any], reason: str | None) -> None:
    assert Filters(**filters).refusal_of_document("d", "news/2026/a.txt") == reason


@pytest.mark.parametrize(
    ("filters", "spans", "relations", "attributes", "reasons"),
    [
        ({"labels": ("PER",)}, 1, 0, 2, {"filtered:label": 4}),
        ({"labels": ("events:ATTACK", "LOC")}, 2, 1, 1, {"filtered:label": 3}),
        ({"labels": ("entities:ATTACK",)}, 0, 0, 1, {"filtered:label": 6}),
        ({"layers": ("events",)}, 1, 0, 1, {"filtered:layer": 5}),
        ({"layers": ("entities",), "labels": ("PER",)}, 1, 0, 2, {"filtered:layer": 3, "filtered:label": 1}),
    ],
)
def test_spans_that_are_not_taken_are_listed_with_what_links_them(
    filters: dict[str, Any], spans: int, relations: int, attributes: int, reasons: dict[str, int]
) -> None:
    content, losses = Filters(**filters).narrowed("d", CONTENT)
    assert (len(content.spans), len(content.relations), len(content.attributes)) == (spans, relations, attributes)
    assert {loss.reason: sum(other.reason == loss.reason for other in losses) for loss in losses} == reasons


def test_names_that_a_schema_lacks_are_told() -> None:
    filters = Filters(labels=("PER", "entities:LOC", "SHIP", "events:PER"), layers=("events", "ships"))
    assert filters.unknown(SCHEMA) == ["SHIP", "events:PER", "ships"]


def test_an_annotation_that_is_not_taken_decides_nothing_and_is_listed() -> None:
    ada = annotation(Content((PERSON,)), 1, annotator="ada")
    bob = annotation(Content((PLACE,)), 2, LATE, annotator="bob")
    for filters, reason in (({"annotators": ("ada",)}, "filtered:annotator"), ({"until": LATE}, "filtered:date")):
        decision = decide_filtered("d", TEXT, [ada, bob], Policy("latest"), SCHEMA, by(**filters))
        assert [each.number for each in decision.contributors] == [1]
        assert [(loss.kind, loss.reason) for loss in decision.losses if "LOC" in str(loss.item)] == [("span", reason)]
    nobody = decide_filtered("d", TEXT, [ada, bob], Policy("latest"), SCHEMA, by(annotators=("eve",)))
    assert nobody.content is None
    assert nobody.losses.count(Loss("d", "document", None, "filtered:annotator")) == 1


def test_annotators_are_counted_once_each_and_not_for_what_they_skipped() -> None:
    twice = [annotation(number=number, annotator="ada") for number in (1, 2)]
    skipped = annotation(number=3, annotator="bob", skipped=True)
    third = annotation(number=4, annotator="eve")
    two = by(min_annotations=2)
    assert decide_filtered("d", TEXT, [*twice, skipped], Policy("union"), SCHEMA, two).content is None
    assert decide_filtered("d", TEXT, [*twice, third], Policy("union"), SCHEMA, two).content == Content()


def shown(content: Content) -> Content:
    """Return content as reading leaves it: each thing once, and nothing that names a span which is not there."""
    present = {span.id for span in content.spans} | {"document"}
    return Content(
        tuple(dict.fromkeys(content.spans)),
        tuple(dict.fromkeys(one for one in content.relations if {one.head, one.child} <= present)),
        tuple({one.key: one for one in content.attributes if one.on in present}.values()),
    )


FILTERS = st.builds(
    Filters,
    labels=st.sampled_from([(), ("PER",), ("LOC", "events:ATTACK")]),
    layers=st.sampled_from([(), ("entities",), ("events",)]),
    annotators=st.sampled_from([(), ("1",), ("1", "2")]),
    min_annotations=st.integers(0, 3),
    since=st.sampled_from([None, LATE]),
)


@given(st.lists(contents(), min_size=1, max_size=3), FILTERS, st.sampled_from(["latest", "majority", "union"]))
def test_every_span_that_was_annotated_is_taken_or_listed(several: list[Content], filters: Filters, name: str) -> None:
    annotations: list[ReadAnnotation] = [
        annotation(shown(content), number, LATE if number % 2 else EARLY, annotator=str(number))
        for number, content in enumerate(several, start=1)
    ]
    everyone = Filter(filters, lambda annotator: annotator or "")
    decision = decide_filtered("d", TEXT, annotations, Policy(name), SCHEMA, everyone)
    person = decision_of_person_filtered("d", TEXT, annotations, "1", shown(several[0]), SCHEMA, everyone)
    written, losses = each_annotation("d", TEXT, annotations, SCHEMA, everyone)
    assert content_from_value(content_value(decision.content or Content())) == (decision.content or Content())
    for kept, listed in (
        ([decision.content or Content()], decision.losses),
        ([person.content or Content()], person.losses),
        ([content for _, content in written], losses),
    ):
        spans = {span.key for content in kept for span in content.spans}
        spans |= {tuple(loss.item.values()) for loss in listed if loss.kind == "span"}
        assert spans >= {span.key for each in annotations for span in each.content.spans}
        assert all(filters._refusal_of_span(span) is None for content in kept for span in content.spans)
