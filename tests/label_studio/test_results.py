"""Result items and spans, both ways."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.canonical import canonical_json
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Attribute, Content, Relation, Span, content_value
from curator.label_studio.results import read_result, write_result

TEXT = "😀 Paris a annoncé"
SCHEMA: LabelSchema = schema_from_value(
    {
        "name": "small",
        "language": "fr",
        "layers": [
            {"name": "entities", "labels": [{"name": n, "colour": "#000000", "hotkey": n[0]} for n in ("PER", "GPE")]},
            {"name": "events", "labels": [{"name": n, "colour": "#000000", "hotkey": n[0]} for n in ("SAY", "ACT")]},
        ],
        "relations": [{"name": "agent"}, {"name": "time"}],
        "attributes": [{"name": "certitude", "choices": ["douteux"]}, {"name": "note"}],
    },
    "here",
)
PARIS = Span("entities", 2, 7, "GPE")
SAID = Span("events", 10, 17, "SAY")


def region(id_: Any, layer: str, start: Any, end: Any, *labels: Any, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": "never trusted", "labels": list(labels)}
    return {"id": id_, "from_name": layer, "to_name": "text", "type": "labels", "value": value, **more}


def arrow(head: Any, child: Any, *labels: Any, **more: Any) -> dict[str, Any]:
    return {"type": "relation", "from_id": head, "to_id": child, "labels": list(labels), "direction": "right", **more}


def attribute_item(id_: Any, name: str, kind: str, **value: Any) -> dict[str, Any]:
    return {"id": id_, "from_name": name, "to_name": "text", "type": kind, "value": value}


def read(*items: Any) -> Content:
    return read_result(list(items), TEXT, SCHEMA)


def causes(*items: Any) -> list[str]:
    content = read(*items)
    assert all(any(problem.item is item for item in items) for problem in content.problems)
    return [problem.cause for problem in content.problems]


def test_offsets_count_code_points_and_each_label_is_a_span() -> None:
    content = read(region("a", "entities", 2, 7, "GPE", "PER"), region("b", "events", 10, 17, "SAY"))
    assert content == Content(spans=(PARIS, replace(PARIS, label="PER"), SAID))


def test_a_machines_score_and_rule_are_not_a_persons() -> None:
    assert read(region("a", "entities", 2, 7, "GPE", score=0.9, meta={"rule": ["x"]})).spans == (PARIS,)


def test_relations_may_come_first_and_bear_several_labels() -> None:
    content = read(
        arrow("b", "a", "agent", "time"), region("a", "entities", 2, 7, "GPE"), region("b", "events", 10, 17, "SAY")
    )
    assert content.relations == (Relation(SAID.id, PARIS.id, "agent"), Relation(SAID.id, PARIS.id, "time"))
    assert content.problems == ()


@pytest.mark.parametrize("direction", ["right", "left", "bi"])
def test_a_region_of_both_layers_is_an_event_where_the_arrow_starts(direction: str) -> None:
    both = [region("x", "entities", 2, 7, "GPE"), region("x", "events", 2, 7, "ACT")]
    act = Span("events", 2, 7, "ACT")
    other = region("y", "events", 10, 17, "SAY")
    content = read(*both, other, arrow("x", "y", "agent", direction=direction))
    start = PARIS if direction == "left" else act
    assert content.relations == (Relation(start.id, SAID.id, "agent", direction),)
    content = read(*both, other, arrow("y", "x", "agent", direction=direction))
    end = act if direction == "left" else PARIS
    assert content.relations == (Relation(SAID.id, end.id, "agent", direction),)
    assert read(*both, arrow("x", "x", "agent")).relations == (Relation(act.id, PARIS.id, "agent"),)


def test_attributes_are_on_each_span_of_their_region_or_on_the_document() -> None:
    content = read(
        region("x", "entities", 2, 7, "GPE"),
        region("x", "events", 2, 7, "ACT"),
        attribute_item("x", "certitude", "choices", start=2, end=7, choices=["douteux"]),
        attribute_item("x", "note", "textarea", start=2, end=7, text=["voir", "aussi"]),
        attribute_item("q", "quality", "rating", rating=4),
    )
    on = ("entities:2-7:GPE", "events:2-7:ACT")
    assert content.attributes == (
        *(Attribute(span_id, "certitude", ["douteux"]) for span_id in on),
        *(Attribute(span_id, "note", ["voir", "aussi"]) for span_id in on),
        Attribute("document", "quality", 4),
    )
    assert content.problems == ()


def test_a_regions_own_note_is_an_attribute() -> None:
    noted = region("a", "entities", 2, 7, "GPE", meta={"text": ["sûr ?"], "rule": ["gazetteer"]})
    assert read(noted) == Content((PARIS,), (), (Attribute(PARIS.id, "meta", ["sûr ?"]),))
    odd = region("a", "entities", 2, 7, "GPE", meta={"text": ["\ud800"]})
    assert read(odd).spans == (PARIS,)
    assert causes(odd) == ["unstorable-text"]


def test_the_same_span_twice_is_kept_twice() -> None:
    assert read(region("a", "entities", 2, 7, "GPE"), region("b", "entities", 2, 7, "GPE")).spans == (PARIS, PARIS)


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        (None, "malformed-item"),
        ([], "malformed-item"),
        ({"type": ["labels"]}, "malformed-item"),
        (region("a", "places", 2, 7, "GPE"), "unknown-control"),
        (region("a", "certitude", 2, 7, "GPE"), "unknown-control"),
        ({**region("a", "entities", 2, 7, "GPE"), "type": "hypertextlabels"}, "unknown-control"),
        (region("a", "entities", 2, 7, "LOC"), "unknown-label"),
        (region("a", "entities", 2, 7, ["GPE"]), "unknown-label"),
        (region("a", "entities", 2, 7), "region-without-label"),
        (region("a", "entities", 2, 70, "GPE"), "offsets-outside-text"),
        (region("a", "entities", 7, 2, "GPE"), "offsets-empty-or-reversed"),
        (region("a", "entities", 2.0, 7, "GPE"), "offsets-not-integers"),
        (region("a", "entities", True, 7, "GPE"), "offsets-not-integers"),
        ({**region("a", "entities", 2, 7, "GPE"), "value": None}, "malformed-item"),
        (arrow("a", "b", "agent"), "relation-without-region"),
        (arrow([], {}, "agent"), "relation-without-region"),
        (arrow("a", "b", "agent", direction="up"), "malformed-item"),
        (attribute_item("a", "note", "textarea", start=2, end=7, text=["x"]), "attribute-without-region"),
        (attribute_item("a", "note", "textarea", start=2, end=7), "malformed-item"),
        (attribute_item("a", "note", "textarea", text=["\ud800"]), "unstorable-text"),
        (attribute_item("a", "note", "textarea", text=["\x00"]), "unstorable-text"),
        (attribute_item("a", "quality", "number", number=float("nan")), "malformed-item"),
        (attribute_item("a", "certitude", "choices", choices=["sûr"]), "unknown-choice"),
    ],
)
def test_what_does_not_fit_is_a_problem(item: Any, cause: str) -> None:
    assert causes(item) == [cause]


def test_what_fits_stays_beside_what_does_not() -> None:
    paris, say = region("a", "entities", 2, 7, "GPE", "LOC"), region("b", "events", 10, 17, "SAY")
    odd = arrow("b", "a", "agent", "cause")
    content = read(paris, say, odd, arrow("b", "a"))
    assert content.spans == (PARIS, SAID)
    assert content.relations == (Relation(SAID.id, PARIS.id, "agent"),)
    assert [problem.cause for problem in content.problems] == [
        "unknown-label",
        "unknown-relation",
        "relation-without-label",
    ]


def test_what_is_on_a_refused_region_is_a_problem_too() -> None:
    assert causes(
        region("a", "entities", 2, 70, "GPE"),
        region("b", "events", 10, 17, "SAY"),
        attribute_item("a", "note", "textarea", text=["x"]),
        arrow("b", "a", "agent"),
    ) == ["offsets-outside-text", "attribute-without-region", "relation-without-region"]


def test_a_prediction_is_written_with_scores_rules_and_words() -> None:
    content = Content((replace(PARIS, score=0.9, rule="gazetteer"), SAID), (Relation(SAID.id, PARIS.id, "agent"),))
    paris, say, agent = write_result(content, TEXT)
    assert paris == {
        "id": paris["id"],
        "from_name": "entities",
        "to_name": "text",
        "type": "labels",
        "score": 0.9,
        "meta": {"rule": ["gazetteer"]},
        "value": {"start": 2, "end": 7, "text": "Paris", "labels": ["GPE"]},
    }
    assert "score" not in say
    assert "meta" not in say
    assert agent == arrow(say["id"], paris["id"], "agent")
    assert write_result(content, TEXT) == [paris, say, agent]


def test_a_relation_to_no_span_is_an_error() -> None:
    with pytest.raises(ValueError, match="lacks a span"):
        write_result(Content((SAID,), (Relation(SAID.id, PARIS.id, "agent"),)), TEXT)


@st.composite
def texts_with_content(draw: st.DrawFn) -> tuple[str, Content]:
    text = draw(st.text(min_size=1, max_size=40))
    spans = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        layer, label = draw(
            st.sampled_from([("entities", "PER"), ("entities", "GPE"), ("events", "SAY"), ("events", "ACT")])
        )
        spans.append(Span(layer, start, draw(st.integers(start + 1, len(text))), label, draw(st.floats(0, 1)), "rule"))
    ids = st.sampled_from([span.id for span in spans]) if spans else st.nothing()
    relations = st.builds(
        Relation, ids, ids, st.sampled_from(["agent", "time"]), st.sampled_from(["right", "left", "bi"])
    )
    return text, Content(tuple(spans), tuple(draw(st.lists(relations, max_size=4))) if spans else ())


@given(texts_with_content())
def test_what_is_written_is_read_back(made: tuple[str, Content]) -> None:
    text, content = made
    items = write_result(content, text)
    regions = [item for item in items if item["type"] == "labels"]
    assert len({item["id"] for item in regions}) == len(regions)
    assert all(item["value"]["text"] == text[item["value"]["start"] : item["value"]["end"]] for item in regions)
    again = read_result(items, text, SCHEMA)
    assert again.spans == tuple(replace(span, score=None, rule=None) for span in content.spans)
    assert again.relations == content.relations
    assert again.problems == ()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=6)
WORDS = st.sampled_from(
    [
        "labels",
        "relation",
        "choices",
        "textarea",
        "rating",
        "entities",
        "events",
        "certitude",
        "note",
        "a",
        "b",
        "right",
    ]
)
ANYTHING = st.recursive(
    SCALARS | WORDS, lambda part: st.lists(part, max_size=3) | st.dictionaries(WORDS, part, max_size=3)
)
KEYS = ["id", "from_name", "type", "value", "from_id", "to_id", "direction", "labels"]
VALUES = st.dictionaries(st.sampled_from(["start", "end", "labels", "text", "choices", "rating"]), ANYTHING)
ITEMS = st.dictionaries(st.sampled_from(KEYS), ANYTHING | VALUES)


@given(st.lists(ANYTHING | ITEMS | ITEMS, max_size=6), st.text(max_size=10))
def test_no_item_is_lost_or_raises(items: list[Any], text: str) -> None:
    content = read_result(items, text, SCHEMA)
    read_count = len(content.spans) + len(content.relations) + len(content.attributes) + len(content.problems)
    assert read_count >= len(items)
    canonical_json(content_value(content)).encode()
