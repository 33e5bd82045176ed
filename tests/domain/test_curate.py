from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from curator.domain.curate import curate
from curator.domain.loss import Loss
from curator.domain.span import Attribute, Content, Relation, Span
from tests.domain.schemas import SCHEMA

TEXT = " Ahmed  fuit\u00a0Paris \n et "


def ent(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def reasons(losses: Iterable[Loss]) -> list[tuple[str, str]]:
    return [(loss.kind, loss.reason) for loss in losses]


SPANS = st.builds(
    lambda layer, start, length, label: Span(layer, start, min(start + length, len(TEXT)), label),
    st.sampled_from(["entities", "events"]),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 12),
    st.sampled_from(["PER", "LOC", "ATTACK"]),
)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    spans = draw(st.lists(SPANS, max_size=8))
    ends = st.sampled_from([span.id for span in spans] or ["none"])
    relations = draw(st.lists(st.builds(Relation, ends, ends, st.sampled_from(["place", "agent"])), max_size=4))
    attributes = draw(st.lists(st.builds(Attribute, ends | st.just("document"), st.just("note"), st.integers(0, 2))))
    return Content(tuple(spans), tuple(relations), tuple(attributes))


@given(contents())
def test_what_is_not_kept_as_it_came_is_among_the_losses(content: Content) -> None:
    curated, losses = curate("d", TEXT, content, SCHEMA)
    accounted = Counter(tuple(loss.item.values()) for loss in losses if loss.kind == "span")
    accounted.update(span.key for span in curated.spans)
    assert accounted >= Counter(span.key for span in content.spans)
    for kind, came, went in (
        ("relation", content.relations, curated.relations),
        ("attribute", content.attributes, curated.attributes),
    ):
        assert len(came) == len(went) + sum(loss.kind == kind for loss in losses)


@given(contents())
def test_flat_layers_are_flat_and_spans_have_no_blank_edges_or_doubles(content: Content) -> None:
    curated, _ = curate("d", TEXT, content, SCHEMA)
    flat = [span for span in curated.spans if span.layer == "entities"]
    assert not any(span.overlaps(following) for span, following in pairwise(flat))
    covered = [TEXT[span.start : span.end] for span in curated.spans]
    assert covered == [words.strip() for words in covered]
    assert all(covered)
    assert len(curated.spans) == len(set(curated.spans))
    present = {span.id for span in curated.spans}
    assert all({relation.head, relation.child} <= present for relation in curated.relations)
    assert all(attribute.on in present | {"document"} for attribute in curated.attributes)


@given(contents())
def test_curated_content_stays_as_it_is(content: Content) -> None:
    curated, _ = curate("d", TEXT, content, SCHEMA)
    assert curate("d", TEXT, curated, SCHEMA) == (curated, [])


@given(contents(), st.randoms())
def test_the_order_in_which_spans_came_does_not_matter(content: Content, random: Any) -> None:
    shuffled = list(content.spans)
    random.shuffle(shuffled)
    turned = Content(tuple(shuffled), content.relations, content.attributes)
    assert curate("d", TEXT, turned, SCHEMA)[0] == curate("d", TEXT, content, SCHEMA)[0]


def test_blank_edges_are_trimmed_and_relations_follow() -> None:
    event = Span("events", 8, 12, "ATTACK")
    loose, bare = ent(0, 8), ent(1, 6)
    content = Content((loose, event), (Relation(event.id, loose.id, "agent"),), (Attribute(loose.id, "note", "x"),))
    curated, losses = curate("d", TEXT, content, SCHEMA)
    assert curated.spans == (bare, event)
    assert curated.relations == (Relation(event.id, bare.id, "agent"),)
    assert curated.attributes == (Attribute(bare.id, "note", "x"),)
    assert reasons(losses) == [("span", "trimmed")]


def test_the_longest_of_overlapping_spans_stays_and_the_earlier_of_equal_ones() -> None:
    curated, losses = curate("d", "abcdefgh", Content((ent(0, 3), ent(2, 6), ent(5, 8), ent(6, 8, "LOC"))), SCHEMA)
    assert curated.spans == (ent(2, 6), ent(6, 8, "LOC"))
    assert reasons(losses) == [("span", "overlaps-longer")] * 2
    curated, _ = curate("d", "abcdefgh", Content((ent(2, 5), ent(0, 3))), SCHEMA)
    assert curated.spans == (ent(0, 3),)


def test_spans_of_layers_that_may_overlap_all_stay() -> None:
    spans = (Span("events", 0, 3, "ATTACK"), Span("events", 0, 3, "BOTH"), Span("events", 1, 5, "ATTACK"))
    assert curate("d", "abcdefgh", Content(spans), SCHEMA) == (Content(spans), [])


def test_spans_of_other_layers_are_no_rivals() -> None:
    content = Content((ent(0, 3), Span("events", 0, 6, "ATTACK")))
    curated, losses = curate("d", "abcdefgh", content, SCHEMA)
    assert (set(curated.spans), losses) == (set(content.spans), [])


def test_what_hangs_on_a_blank_or_dropped_span_is_lost_with_it() -> None:
    blank, short, long = ent(6, 8), ent(1, 3), ent(1, 6)
    content = Content(
        (blank, short, long),
        (Relation(short.id, long.id, "agent"), Relation(long.id, blank.id, "place")),
        (Attribute(short.id, "note", 1),),
    )
    curated, losses = curate("d", TEXT, content, SCHEMA)
    assert curated == Content((long,))
    assert reasons(losses) == [
        ("span", "blank"),
        ("span", "overlaps-longer"),
        ("relation", "span-left-out"),
        ("relation", "span-left-out"),
        ("attribute", "span-left-out"),
    ]


def test_doubles_are_kept_once_and_listed() -> None:
    relation = Relation(ent(1, 6).id, ent(1, 6).id, "agent")
    note, other = Attribute(ent(1, 6).id, "note", {"x": [1]}), Attribute(ent(1, 6).id, "note", {"x": [True]})
    content = Content((ent(1, 6), ent(1, 6)), (relation, relation), (note, other, note))
    curated, losses = curate("d", TEXT, content, SCHEMA)
    assert curated == Content((ent(1, 6),), (relation,), (note, other))
    assert reasons(losses) == [("span", "doubled"), ("relation", "doubled"), ("attribute", "doubled")]


def test_a_span_that_becomes_another_by_trimming_is_listed_as_both() -> None:
    loose = ent(0, 8)
    about = (Attribute(ent(1, 6).id, "note", 1), Attribute(loose.id, "note", 1))
    curated, losses = curate("d", TEXT, Content((ent(1, 6), loose), (), about), SCHEMA)
    assert curated == Content((ent(1, 6),), (), about[:1])
    assert reasons(losses) == [("span", "trimmed"), ("span", "doubled"), ("attribute", "doubled")]
