import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.canonical import canonicalise
from curator.domain.carried import carry_back, carry_over
from curator.domain.span import Attribute, Content, Relation, Span
from tests.domain.schemas import SCHEMA

RAW = st.text(st.sampled_from("e\u0301é\u0323\r\n ab\u1100\u1161\u11a8😀\ufeff"), max_size=25)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
SPAN = st.fixed_dictionaries(
    {
        "start": st.integers(-1, 26),
        "end": st.integers(-1, 26),
        "label": st.sampled_from(["PER", "ATTACK", "BOTH", "NO"]),
    },
    optional={"layer": st.sampled_from(["entities", "events", "nowhere"]), "id": st.integers(0, 3)},
)
ITEM = st.one_of(
    SPAN,
    JSON,
    st.tuples(st.integers(-1, 26), st.integers(-1, 26), st.just("PER")).map(list),
    st.fixed_dictionaries({"start": JSON, "end": JSON, "label": JSON, "layer": JSON}),
)


def carried(annotations: dict[str, Any], raw: str = "Ahmed fuit Paris") -> Content:
    return carry_over(annotations, raw, canonicalise(raw), SCHEMA)


@given(RAW, st.data())
def test_a_span_covers_the_canonical_form_of_what_it_covered(raw: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(len(raw) - 1, 0)))
    end = data.draw(st.integers(start, len(raw)))
    content = carried({"spans": [{"start": start, "end": end, "label": "PER"}]}, raw)
    text = canonicalise(raw).text
    for span in content.spans:
        covered = unicodedata.normalize("NFC", raw[start:end].replace("\r\n", "\n").replace("\r", "\n"))
        assert text[span.start : span.end] in (covered, covered.lstrip("\ufeff"))
        assert span.start < span.end
    assert len(content.spans) + len(content.problems) == 1


@given(RAW, st.lists(ITEM, max_size=6), st.lists(ITEM, max_size=3))
def test_no_span_is_lost(raw: str, plain: list[Any], of_layer: list[Any]) -> None:
    content = carried({"spans": plain, "events": of_layer}, raw)
    one_by_one = [carried({"spans": [item]}, raw) for item in plain] + [
        carried({"events": [item]}, raw) for item in of_layer
    ]
    assert set(content.spans) == {span for single in one_by_one for span in single.spans}
    assert len(content.spans) == len(set(content.spans))
    assert len(content.spans) + len(content.problems) == len(one_by_one)
    doubled = [problem for problem in content.problems if problem.cause == "duplicate-span"]
    assert len(doubled) == sum(len(single.spans) for single in one_by_one) - len(content.spans)
    assert [problem for problem in content.problems if problem not in doubled] == [
        problem for single in one_by_one for problem in single.problems
    ]
    assert all(len(single.spans) + len(single.problems) == 1 for single in one_by_one)


@given(st.dictionaries(st.sampled_from(["spans", "relations", "attributes", "entities", "elsewhere"]), JSON))
def test_whatever_json_came_with_a_text_is_read_or_reported(annotations: dict[str, Any]) -> None:
    content = carried(annotations)
    accounted = len(content.spans) + len(content.relations) + len(content.attributes) + len(content.problems)
    assert bool(accounted) == any(
        value not in (None, []) and not _empty(key, value) for key, value in annotations.items()
    )


def _empty(key: str, value: Any) -> bool:
    """Say whether this is `spans` by layer without a span."""
    return key == "spans" and isinstance(value, dict) and all(items in (None, []) for items in value.values())


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        ({"start": 0, "end": 5, "label": "PER", "text": "Ahmad"}, "text-differs"),
        ({"start": 0, "end": 50, "label": "PER"}, "offsets-outside-text"),
        ({"start": "0", "end": 5, "label": "PER"}, "offsets-not-integers"),
        ({"start": 0, "end": 5, "label": "BOTH"}, "unknown-label"),
        ({"start": 0, "end": 5, "label": ["PER"]}, "unknown-label"),
        ({"start": 0, "end": 5, "label": "PER", "layer": "events"}, "unknown-label"),
        ({"start": 0, "end": 5}, "unknown-label"),
        ({"start": None, "end": None, "label": "PER", "fragments": [[0, 2], [3, 5]]}, "discontinuous-span"),
        ("0-5", "malformed-item"),
        ([0, 5], "malformed-item"),
    ],
)
def test_a_span_that_does_not_fit_is_reported_with_its_cause_as_it_came(item: Any, cause: str) -> None:
    (problem,) = carried({"spans": [item]}).problems
    assert (problem.cause, problem.item) == (cause, item)


def test_a_span_that_splits_an_accent_is_reported() -> None:
    assert [problem.cause for problem in carried({"spans": [[0, 1, "PER"]]}, "e\u0301te\u0301").problems] == [
        "offsets-split-a-character"
    ]


def test_spans_under_their_layers_name_and_as_triples_are_the_same() -> None:
    span = {"start": 11, "end": 16, "label": "LOC", "text": "Paris"}
    ways: list[dict[str, Any]] = [
        {"spans": {"entities": [span]}},
        {"spans": [span]},
        {"spans": [[11, 16, "LOC"]]},
        {"entities": [span]},
        {"spans": [{**span, "layer": "entities"}]},
    ]
    assert {carried(way).spans for way in ways} == {(Span("entities", 11, 16, "LOC"),)}


def test_a_layer_the_schema_lacks_is_reported() -> None:
    assert [problem.cause for problem in carried({"places": [[11, 16, "LOC"]]}).problems] == ["unknown-label"]
    assert [problem.cause for problem in carried({"spans": {"places": [[11, 16, "LOC"]]}}).problems] == [
        "unknown-label"
    ]


def test_relations_and_attributes_follow_their_spans_ids() -> None:
    content = carried(
        {
            "spans": [
                {"id": "s1", "start": 0, "end": 5, "label": "PER"},
                {"id": 2, "start": 6, "end": 10, "label": "ATTACK"},
            ],
            "relations": [
                {"head": 2, "child": "s1", "label": "agent"},
                {"head": "events:6-10:ATTACK", "child": "entities:0-5:PER", "label": "agent", "direction": "bi"},
                {"head": 2, "child": "gone", "label": "agent"},
                {"head": 2, "child": ["s1"], "label": "agent"},
                {"head": 2, "child": "s1", "label": {}},
                {"head": 2, "child": "s1", "label": "agent", "direction": "up"},
            ],
            "attributes": [
                {"on": "s1", "name": "note", "value": {"any": 1}},
                {"on": "document", "name": "certitude", "value": ["douteux"]},
                {"on": "s1", "name": "certitude", "value": "sûr"},
                {"on": "gone", "name": "note", "value": ""},
                {"on": [], "name": "note", "value": ""},
                {"on": "s1", "name": "note"},
            ],
        }
    )
    event, person = "events:6-10:ATTACK", "entities:0-5:PER"
    assert content.relations == (Relation(event, person, "agent"), Relation(event, person, "agent", "bi"))
    assert content.attributes == (
        Attribute(person, "note", {"any": 1}),
        Attribute("document", "certitude", ["douteux"]),
    )
    assert [problem.cause for problem in content.problems] == [
        "relation-without-span",
        "relation-without-span",
        "unknown-relation",
        "unknown-relation",
        "unknown-choice",
        "attribute-without-span",
        "attribute-without-span",
        "malformed-item",
    ]


def test_what_is_given_twice_is_taken_once_and_reported_as_it_came() -> None:
    span = {"id": "a", "start": 0, "end": 5, "label": "PER"}
    event = {"id": 3, "start": 6, "end": 10, "label": "ATTACK"}
    again = {**span, "id": "b", "score": 0.5}
    agent, agent_again = ({"head": 3, "child": child, "label": "agent"} for child in "ab")
    notes = [{"on": on, "name": "note", "value": {"x": [1]}} for on in "ab"]
    other_note = {"on": "a", "name": "note", "value": {"x": [1.0]}}
    content = carried(
        {
            "spans": [span, event, again],
            "entities": [[0, 5, "PER"]],
            "relations": [agent, agent_again],
            "attributes": [*notes, other_note],
        }
    )
    person, attack = Span("entities", 0, 5, "PER"), Span("events", 6, 10, "ATTACK")
    assert content.spans == (person, attack)
    assert content.relations == (Relation(attack.id, person.id, "agent"),)
    assert [attribute.value for attribute in content.attributes] == [{"x": [1]}, {"x": [1.0]}]
    assert [(problem.cause, problem.item) for problem in content.problems] == [
        ("duplicate-span", again),
        ("duplicate-span", [0, 5, "PER"]),
        ("duplicate-relation", agent_again),
        ("duplicate-attribute", notes[1]),
    ]


def test_an_id_of_two_spans_names_neither() -> None:
    spans = [{"id": "a", "start": 0, "end": 5, "label": "PER"}, {"id": "a", "start": 6, "end": 10, "label": "ATTACK"}]
    about = {"on": "a", "name": "note", "value": 1}
    link = {"head": "events:6-10:ATTACK", "child": "a", "label": "agent"}
    content = carried({"spans": spans, "relations": [link], "attributes": [about]})
    assert len(content.spans) == 2
    assert [(problem.cause, problem.item) for problem in content.problems] == [
        ("ambiguous-span-id", link),
        ("ambiguous-span-id", about),
    ]


HARD = st.text(st.sampled_from("e\u0301\u0323\u1100\u1161\u0958😀\u200d👩\r\n\ufeff \u00a0aÉ"), max_size=30)


@given(HARD, st.data())
def test_what_is_carried_back_holds_the_same_words(raw: str, data: st.DataObject) -> None:
    canonical = canonicalise(raw)
    size = len(canonical.text)
    if not size:
        return
    start = data.draw(st.integers(0, size - 1))
    span = Span("entities", start, data.draw(st.integers(start + 1, size)), "PER", 0.5, "rule")
    content = carry_back(Content((span,)), canonical)
    for moved in content.spans:
        words = raw[moved.start : moved.end].replace("\r\n", "\n").replace("\r", "\n")
        assert unicodedata.normalize("NFC", words) == canonical.text[span.start : span.end]
        assert (moved.layer, moved.label, moved.score, moved.rule) == ("entities", "PER", 0.5, "rule")
    assert len(content.spans) + len(content.problems) == 1


def test_what_has_no_place_in_the_raw_text_takes_its_relations_along() -> None:
    # One composed character of the raw text is two of the canonical one.
    canonical = canonicalise("\u0958 Paris\r\n")
    assert canonical.text == "\u0915\u093c Paris\n"
    half, paris = Span("entities", 0, 1, "PER"), Span("entities", 3, 8, "GPE")
    about = (Attribute(half.id, "note", "x"), Attribute(paris.id, "note", "y"), Attribute("document", "doubt", "z"))
    content = carry_back(Content((half, paris), (Relation(half.id, paris.id, "place"),), about), canonical)
    moved = Span("entities", 2, 7, "GPE")
    assert content.spans == (moved,)
    assert content.relations == ()
    assert content.attributes == (Attribute(moved.id, "note", "y"), about[2])
    assert [problem.cause for problem in content.problems] == ["offsets-split-a-character", "relation-without-span"]
    kept = carry_back(
        Content((paris, replace(paris, label="ORG")), (Relation(paris.id, paris.id, "place"),)), canonical
    )
    assert kept.relations == (Relation(moved.id, moved.id, "place"),)
