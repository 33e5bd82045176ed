import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.document import Document
from curator.domain.errors import CuratorError
from curator.domain.record import (
    Provenance,
    Record,
    record_from_line,
    record_from_value,
    record_id,
    record_line,
    record_of,
)
from curator.domain.span import Attribute, Content, Relation, Span
from tests.domain.schemas import SCHEMA

PERSON, EVENT = Span("entities", 0, 5, "PER"), Span("events", 6, 10, "ATTACK")
PROVENANCE = Provenance(("ada", "bob"), "latest", "rules@d1", True, "a.txt", "bob")
VALUE = {"id": "a", "text": "Marie", "spans": {"entities": [{"start": 0, "end": 5, "label": "PER"}]}}
LINE = (
    '{"id":"d","text":"Élise fuit\\n","lang":"fr","spans":{'
    '"entities":[{"id":"entities:0-5:PER","start":0,"end":5,"label":"PER","text":"Élise"}],'
    '"events":[{"id":"events:6-10:ATTACK","start":6,"end":10,"label":"ATTACK","text":"fuit"}]},'
    '"relations":[{"head":"events:6-10:ATTACK","child":"entities:0-5:PER","label":"agent","direction":"right"}],'
    '"attributes":[{"on":"document","name":"note","value":["x"]}],'
    '"meta":{"a":{"y":1,"x":2},"b":1},"provenance":{"annotators":["ada","bob"],"last_annotator":"bob",'
    '"policy":"latest","pipeline":"rules@d1","ground_truth":true,"source":"a.txt"}}\n'
).encode()


def record_with(content: Content = Content(), meta: dict[str, Any] | None = None) -> Record:  # noqa: B008
    return record_of(Document("d", "Élise fuit\n", "fr"), content, SCHEMA.layer_names, meta or {}, PROVENANCE)


def test_the_line_of_a_record_never_changes() -> None:
    content = Content(
        (EVENT, Span("entities", 0, 5, "PER", 0.5, "rule")),
        (Relation(EVENT.id, PERSON.id, "agent"),),
        (Attribute("document", "note", ["x"]),),
    )
    assert record_line(record_with(content, {"b": 1, "a": {"y": 1, "x": 2}})) == LINE


def test_the_order_in_which_spans_and_relations_came_does_not_matter() -> None:
    spans = (PERSON, Span("entities", 2, 5, "LOC"), Span("entities", 0, 5, "LOC"), EVENT)
    relations = (Relation(EVENT.id, PERSON.id, "place"), Relation(EVENT.id, PERSON.id, "agent"))
    turned = record_with(Content(spans[::-1], relations[::-1]))
    assert record_line(turned) == record_line(record_with(Content(spans, relations)))
    assert [span.label for span in turned.spans["entities"]] == ["LOC", "PER", "LOC"]


def test_every_key_is_there_also_in_an_empty_record() -> None:
    value = json.loads(record_line(record_with()))
    assert list(value) == ["id", "text", "lang", "spans", "relations", "attributes", "meta", "provenance"]
    assert value["spans"] == {"entities": [], "events": []}
    assert json.loads(record_line(Record("d", "")))["provenance"] == {
        "annotators": [],
        "last_annotator": None,
        "policy": "",
        "pipeline": None,
        "ground_truth": False,
        "source": "",
    }


def test_a_record_is_one_line_and_holds_no_number_that_is_none() -> None:
    assert record_line(Record("d", "a\nb\u2028c\r")).count(b"\n") == 1
    with pytest.raises(ValueError, match="JSON"):
        record_line(Record("d", "", meta={"x": float("inf")}))


def test_a_record_offers_its_content() -> None:
    content = Content((PERSON, EVENT), (Relation(EVENT.id, PERSON.id, "agent"),), (Attribute(EVENT.id, "note", 1),))
    assert record_with(content).content == content


WORDS = st.text(
    st.sampled_from('aé’ \u00a0\u202f\u2028\u0085e\u0301\u0327œß😀👩\u200d🚒\ufeff\n\t"\\{}\x7f')
    | st.characters(codec="utf-8"),
    max_size=20,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    text = draw(WORDS.filter(bool))
    layers = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    starts = st.integers(0, len(text) - 1)
    spans = draw(st.lists(st.tuples(st.sampled_from(layers), starts, st.integers(1, 9), WORDS), max_size=5))
    placed = tuple({Span(layer, start, min(start + size, len(text)), label) for layer, start, size, label in spans})
    ends = st.sampled_from(sorted(span.id for span in placed)) if placed else st.nothing()
    directions = st.sampled_from(["right", "left", "bi"])
    relations = draw(st.lists(st.builds(Relation, ends, ends, WORDS, directions), max_size=3)) if placed else []
    attributes = draw(st.lists(st.builds(Attribute, ends | st.just("document"), WORDS, VALUES), max_size=3))
    content = Content(placed, tuple(relations), tuple(attributes))
    names = st.lists(WORDS).map(tuple)
    maybe = st.none() | WORDS
    provenance = draw(st.builds(Provenance, names, WORDS, maybe, st.booleans(), WORDS, maybe))
    meta = draw(st.dictionaries(WORDS, VALUES, max_size=3))
    return record_of(Document(draw(WORDS), text, draw(WORDS)), content, layers, meta, provenance)


@given(records())
def test_what_is_written_is_read_back_and_written_the_same(record: Record) -> None:
    line = record_line(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert line.decode().splitlines() == [line.decode().removesuffix("\n")]
    back = record_from_line(line)
    assert (back.id, back.text, back.lang, back.provenance) == (record.id, record.text, record.lang, record.provenance)
    assert (back.spans, list(back.spans)) == (record.spans, list(record.spans))
    assert (sorted(back.relations, key=repr), back.attributes) == (
        sorted(record.relations, key=repr),
        record.attributes,
    )
    assert back.meta == record.meta
    assert record_line(back) == line
    assert record_id(line) == record.id


def test_gold_needs_id_text_and_spans_alone() -> None:
    record = record_from_value(VALUE)
    assert record == Record("a", "Marie", spans={"entities": (Span("entities", 0, 5, "PER"),)})
    empty = dict.fromkeys(("lang", "relations", "attributes", "meta", "provenance"))
    assert record_from_value({**VALUE, **empty}) == record
    assert record_from_value({**VALUE, "provenance": {}, "pipeline": "other@d1", "extra": [1]}) == record
    bare = {"provenance": {"policy": "adjudicated", "annotators": None}}
    assert record_from_value({**VALUE, **bare}).provenance == Provenance(policy="adjudicated")


def test_spans_are_named_by_the_ids_they_came_with_or_by_those_of_records() -> None:
    items = [{"id": "T1", "start": 0, "end": 2, "label": "PER"}, {"id": 7, "start": 3, "end": 5, "label": "PER"}]
    first, second = "entities:0-2:PER", "entities:3-5:PER"
    relations = [{"head": "T1", "child": 7, "label": "agent"}, {"head": second, "child": "T1", "label": "place"}]
    attributes = [{"on": 7, "name": "note", "value": None}, {"on": "document", "name": "note", "value": 1}]
    record = record_from_value(
        {**VALUE, "spans": {"entities": items}, "relations": relations, "attributes": attributes}
    )
    assert record.relations == (Relation(first, second, "agent"), Relation(second, first, "place"))
    assert record.attributes == (Attribute(second, "note", None), Attribute("document", "note", 1))


SPAN = {"start": 0, "end": 5, "label": "PER"}
RELATION = {"head": "entities:0-5:PER", "child": "entities:0-5:PER", "label": "agent"}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"id": "a", "text": "Marie"},
        {"text": "Marie", "spans": {}},
        {**VALUE, "id": 5},
        {**VALUE, "text": 5},
        {**VALUE, "lang": 5},
        {**VALUE, "spans": [SPAN]},
        {**VALUE, "spans": {"entities": None}},
        {**VALUE, "spans": {"entities": {"start": 0}}},
        {**VALUE, "spans": {"entities": [[0, 5, "PER"]]}},
        {**VALUE, "spans": {"entities": ["start"]}},
        {**VALUE, "spans": {"entities": [{"start": 0, "end": 5}]}},
        {**VALUE, "spans": {"entities": [{**SPAN, "label": None}]}},
        {**VALUE, "spans": {"entities": [{**SPAN, "id": []}]}},
        {**VALUE, "relations": {}},
        {**VALUE, "relations": [{**RELATION, "label": 1}]},
        {**VALUE, "relations": [{**RELATION, "direction": "up"}]},
        {**VALUE, "relations": [{**RELATION, "child": "document"}]},
        {**VALUE, "relations": [{**RELATION, "head": []}]},
        {**VALUE, "attributes": [{"on": "document", "name": "note"}]},
        {**VALUE, "attributes": [{"on": "document", "name": 1, "value": 1}]},
        {**VALUE, "meta": []},
        {**VALUE, "provenance": "me"},
        {**VALUE, "provenance": {"annotators": "me"}},
        {**VALUE, "provenance": {"annotators": [1]}},
        {**VALUE, "provenance": {"ground_truth": 1}},
        {**VALUE, "provenance": {"pipeline": 1}},
        {**VALUE, "provenance": {"last_annotator": 1}},
    ],
)
def test_what_is_no_record_is_refused(broken: Any) -> None:
    with pytest.raises(CuratorError, match=r"not a record \(gold\.jsonl, .*\): take records of an export"):
        record_from_value(broken, "gold.jsonl")


@pytest.mark.parametrize(
    "changed", [{"end": 6}, {"start": -1}, {"start": 5}, {"start": "0"}, {"end": True}, {"text": "Curie"}]
)
def test_a_span_that_does_not_fit_its_text_is_refused_by_name(changed: dict[str, Any]) -> None:
    good = {**VALUE, "spans": {"entities": [{**SPAN, "text": "Marie"}]}}
    assert record_from_value(good).content.spans == (Span("entities", 0, 5, "PER"),)
    with pytest.raises(CuratorError, match="span does not fit its text") as raised:
        record_from_value({**good, "spans": {"entities": [{**SPAN, **changed}]}})
    assert raised.value.where.startswith("a, entities:")


@pytest.mark.parametrize(
    ("items", "what"),
    [
        ({"relations": [{**RELATION, "child": "T9"}]}, "relation names no span of its record"),
        ({"attributes": [{"on": "T9", "name": "note", "value": 1}]}, "attribute names no span of its record"),
    ],
)
def test_what_names_no_span_is_refused_by_name(items: dict[str, Any], what: str) -> None:
    with pytest.raises(CuratorError) as raised:
        record_from_value({**VALUE, **items}, "gold.jsonl:3")
    assert (raised.value.what, raised.value.where) == (what, "gold.jsonl:3, a, T9")


@pytest.mark.parametrize(
    "line",
    [
        b"nothing",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"id": "a", "text": "a", "spans": {}, "meta": {"x": NaN}}',
        b'{"id": "a", "text": "half \\ud83d", "spans": {}}',
    ],
)
def test_a_line_that_is_no_json_object_is_refused(line: bytes) -> None:
    with pytest.raises(CuratorError, match=r"not a JSON object \(train\.jsonl:2\)"):
        record_from_line(line, "train.jsonl:2")


def test_the_id_of_a_line_is_read_whoever_wrote_it() -> None:
    assert record_id(b'{"id":"abc","text":') == "abc"
    assert record_id(b'{"text": "x", "id": "abc"}') == "abc"
    assert record_id(b'{"id":"a\\"b"}') == 'a"b'
