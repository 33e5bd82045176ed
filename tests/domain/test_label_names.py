"""Labels that changed: what content bears is read as the labels of now."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError, SchemaError
from curator.domain.forms import read_content
from curator.domain.label_changes import label_changes
from curator.domain.label_edits import merge_labels, remove_label, rename_label, split_label
from curator.domain.label_names import names_digest, under_new_names
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Attribute, Content, Relation, Span, attribute_value, relation_value
from curator.label_studio.results import read_result
from tests.fakes.parts import SCHEMA, SCHEMA_VALUE, link, region

TEXT = "Marie vit à Paris"


def schema(value: Any) -> LabelSchema:
    return schema_from_value(value, "tests")


RENAMED = schema(rename_label(SCHEMA_VALUE, "entities", "PER", "PERSON"))
MERGED = schema(merge_labels(SCHEMA_VALUE, "entities", ["PER", "GPE"], "NAME")[-1])
REMOVED = schema(remove_label(SCHEMA_VALUE, "entities", "PER"))
SPLIT = schema(split_label(SCHEMA_VALUE, "entities", "PER", {"WOMAN": ["marie"], "MAN": []})[-1])


def test_a_schema_without_changes_keeps_its_hash_and_says_nothing() -> None:
    assert SCHEMA.hash == schema(SCHEMA_VALUE).hash
    assert names_digest(SCHEMA) == ""
    assert len({names_digest(changed) for changed in (RENAMED, MERGED, REMOVED, SPLIT)}) == 4


@pytest.mark.parametrize(
    ("changed", "label", "causes"),
    [
        (RENAMED, "PERSON", []),
        (MERGED, "NAME", []),
        (REMOVED, None, ["label-removed"] * 3),
        (SPLIT, "WOMAN", []),
    ],
)
def test_regions_are_read_under_the_labels_of_now(changed: LabelSchema, label: str | None, causes: list[str]) -> None:
    note = {"id": "a", "from_name": "note", "type": "textarea", "value": {"start": 0, "end": 5, "text": ["sûr"]}}
    result = [region(0, 5, "PER", id="a"), region(12, 17, "GPE", id="b"), link("a", "b"), note]
    content = read_result(result, TEXT, changed)
    assert [span.label for span in content.spans if span.start == 0] == ([label] if label else [])
    assert [problem.cause for problem in content.problems] == causes
    ids = {span.id for span in content.spans}
    assert {end for item in content.relations for end in (item.head, item.child)} <= ids
    assert {attribute.on for attribute in content.attributes} <= ids
    assert (len(content.relations), len(content.attributes)) == ((1, 1) if label else (0, 0))


def test_what_no_word_decides_of_a_split_is_left_out_by_name() -> None:
    content = read_result([region(12, 17, "PER")], TEXT, SPLIT)
    assert (content.spans, [problem.cause for problem in content.problems]) == ((), ["label-was-split"])


SPANS = st.sampled_from([(0, 5), (6, 9), (12, 17)])
LABELS = st.sampled_from(["PER", "GPE"])


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Return content of entities, each once, with relations and attributes on them."""
    spans = draw(
        st.lists(st.builds(lambda at, label: Span("entities", at[0], at[1], label), SPANS, LABELS), unique=True)
    )
    ids = [span.id for span in spans]
    pairs = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), unique=True)) if ids else []
    on = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    relations = tuple(Relation(head, child, "agent") for head, child in pairs)
    return Content(tuple(spans), relations, tuple(Attribute(name, "note", ["x"]) for name in on))


def body(content: Content) -> dict[str, Any]:
    return {
        "spans": [{"layer": s.layer, "start": s.start, "end": s.end, "label": s.label} for s in content.spans],
        "relations": [relation_value(relation) for relation in content.relations],
        "attributes": [attribute_value(attribute) for attribute in content.attributes],
    }


@given(contents(), st.sampled_from([RENAMED, MERGED, REMOVED, SPLIT]))
def test_renaming_and_reading_commute_and_relations_follow(content: Content, changed: LabelSchema) -> None:
    read = read_content(body(content), TEXT, changed)
    renamed = under_new_names(read_content(body(content), TEXT, SCHEMA), TEXT, changed)
    assert (read.spans, read.relations, read.attributes) == (renamed.spans, renamed.relations, renamed.attributes)
    assert under_new_names(renamed, TEXT, changed) == renamed
    ids = {span.id for span in read.spans}
    assert all({relation.head, relation.child} <= ids for relation in read.relations)


def test_of_predicted_spans_that_become_one_the_likelier_is_left() -> None:
    low, high = Span("entities", 0, 5, "PER", 0.2, "a"), Span("entities", 0, 5, "GPE", 0.9, "b")
    content = under_new_names(Content((low, high)), TEXT, MERGED)
    assert content.spans == (replace(high, label="NAME"),)


def test_names_chain_and_go_back() -> None:
    twice = rename_label(rename_label(SCHEMA_VALUE, "entities", "PER", "A"), "entities", "A", "B")
    merged = merge_labels(twice, "entities", ["B"], "GPE")[-1]
    content = Content((Span("entities", 0, 5, "PER"), Span("entities", 6, 9, "A"), Span("entities", 12, 17, "B")))
    assert {span.label for span in under_new_names(content, TEXT, schema(merged)).spans} == {"GPE"}
    back = schema(rename_label(RENAMED.value, "entities", "PERSON", "PER"))
    assert back.labels_of == SCHEMA.labels_of
    assert read_result([region(0, 5, "PERSON")], TEXT, back).spans == (Span("entities", 0, 5, "PER"),)


def test_an_act_repeated_changes_nothing_more() -> None:
    assert rename_label(RENAMED.value, "entities", "PER", "PERSON") == RENAMED.value
    assert merge_labels(MERGED.value, "entities", ["PER", "GPE"], "NAME")[-1] == MERGED.value
    assert remove_label(REMOVED.value, "entities", "PER") == REMOVED.value
    assert split_label(SPLIT.value, "entities", "PER", {"WOMAN": ["marie"], "MAN": []})[-1] == SPLIT.value


def test_changes_are_told_label_by_label() -> None:
    told = [str(change) for after in (RENAMED, MERGED, REMOVED, SPLIT) for change in label_changes(SCHEMA, after)]
    assert told == [
        "renamed entities/PER → PERSON",
        "merged entities/PER → NAME",
        "merged entities/GPE → NAME",
        "removed entities/PER",
        "split entities/PER → WOMAN, MAN",
    ]


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (lambda: rename_label(SCHEMA_VALUE, "nowhere", "PER", "X"), "no layer nowhere"),
        (lambda: rename_label(SCHEMA_VALUE, "entities", "X", "Y"), "no label X"),
        (lambda: rename_label(SCHEMA_VALUE, "entities", "PER", "GPE"), "merge them"),
        (lambda: merge_labels(SCHEMA_VALUE, "entities", ["PER"], "PER"), "nothing to merge"),
        (lambda: merge_labels(SCHEMA_VALUE, "entities", ["X"], "PER"), "no label X"),
        (lambda: split_label(SCHEMA_VALUE, "entities", "PER", {"PER": [], "X": []}), "several others"),
        (lambda: remove_label(REMOVED.value, "entities", "GPE"), "last label"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(act: Any, what: str) -> None:
    with pytest.raises(CuratorError) as refusal:
        act()
    assert what in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("removed", ["PER"], "is a former name too"),
        ("removed", [1], "quote a text"),
        ("removed", ["X", "X"], "twice"),
        ("removed", "X", "is no list"),
        ("split", [{"formerly": ["X"], "into": {"Y": []}}], "is no label"),
        ("split", [{"formerly": ["X"], "into": {"PER": ["a"], "GPE": ["A"]}}], "into two labels"),
        ("split", [{"into": {"PER": ["a"]}}], "lacks 'formerly'"),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(field: str, value: Any, what: str) -> None:
    entities, *others = SCHEMA_VALUE["layers"]
    with pytest.raises(SchemaError, match=what):
        schema({**SCHEMA_VALUE, "layers": [{**entities, field: value}, *others]})
