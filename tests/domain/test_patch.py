"""Patches of records: there and back byte for byte, and refused where they do not fit."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.domain.patch import document_patch, inverse, patched
from curator.domain.patch_values import patch_from_value, patch_value
from curator.domain.record import Record, record_line
from curator.domain.span import Attribute, Relation
from tests.domain.changing import records
from tests.domain.test_diff import ATTACK, CITY, CURIE, LYON, MARIE, PARIS, record

BOTH = ("train", "train")


@given(records(), records())
def test_a_patch_turns_one_record_into_the_other_and_back_byte_for_byte(before: Record, after: Record) -> None:
    old, new = record_line(before), record_line(after)
    written = json.dumps(patch_value(document_patch("d", ("train", "dev"), old, new)))
    patch = patch_from_value(json.loads(written))
    assert patched(patch, old) == new
    assert patched(inverse(patch), new) == old
    assert json.dumps(patch_value(inverse(inverse(patch)))) == written
    assert inverse(patch).splits == ("dev", "train")


@given(records())
def test_records_that_come_and_go_are_in_the_patch_whole(after: Record) -> None:
    line = record_line(after)
    for sides, splits in (((None, line), (None, "train")), ((line, None), ("train", None))):
        patch = patch_from_value(json.loads(json.dumps(patch_value(document_patch("d", splits, *sides)))))
        assert (patched(patch, sides[0]), patched(inverse(patch), sides[1])) == (sides[1], sides[0])
        with pytest.raises(CuratorError, match="does not fit"):
            patched(patch, sides[1])


def test_lines_that_are_written_otherwise_are_in_the_patch_whole() -> None:
    line = record_line(record(MARIE))
    other = line.replace(b'"lang":', b'"lang": ')
    patch = patch_from_value(patch_value(document_patch("d", BOTH, line, other)))
    assert patch.lines == (line, other)
    assert patched(patch, line) == other


def test_attributes_in_another_order_keep_it() -> None:
    before = record(attributes=(Attribute("document", "a", 1), Attribute("document", "b", 2)))
    after = replace(before, attributes=before.attributes[::-1])
    patch = document_patch("d", BOTH, record_line(before), record_line(after))
    assert [change.name for change in patch.changes.fields] == ["attributes"]


LINE = record_line(record(MARIE, ATTACK, PARIS, relations=(Relation(ATTACK.id, PARIS.id, "place"),)))
PATCH = document_patch("d", BOTH, LINE, record_line(record(CURIE, ATTACK, CITY)))


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (None, "there is no such record"),
        (record(ATTACK, PARIS, relations=(Relation(ATTACK.id, PARIS.id, "place"),)), "entities:0-5:PER is not there"),
        (record(MARIE, ATTACK, PARIS), '"label": "place"'),
        (record(MARIE, CURIE, ATTACK, PARIS, relations=(Relation(ATTACK.id, PARIS.id, "place"),)), "is there already"),
        (
            record(
                MARIE,
                ATTACK,
                PARIS,
                relations=(Relation(ATTACK.id, PARIS.id, "place"), Relation(ATTACK.id, MARIE.id, "agent")),
            ),
            "names no span",
        ),
        (
            replace(record(MARIE, ATTACK, PARIS, attributes=(Attribute(MARIE.id, "a", 1),)), relations=()),
            "is not there",
        ),
        (replace(record(ATTACK, PARIS), text="Maria Curie attaque Paris puis Lyon"), "text at entities:0-5:PER"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused_by_its_place(other: Record | None, what: str) -> None:
    with pytest.raises(CuratorError, match="the patch does not fit") as refused:
        patched(PATCH, None if other is None else record_line(other))
    assert what in str(refused.value)
    assert "d" in str(refused.value)


VALUE: dict[str, Any] = patch_value(
    document_patch(
        "d", BOTH, LINE, record_line(replace(record(LYON, attributes=(Attribute(LYON.id, "a", 1),)), lang=""))
    )
)
PLACES = [
    ("document",),
    ("split",),
    ("split", "after"),
    ("spans", 0),
    ("spans", 0, "before", "start"),
    ("spans", 0, "kind"),
    ("relations", 0, "before", "head"),
    ("attributes", 0, "after", "on"),
    ("fields", 0, "name"),
    ("fields", 0, "after"),
]


@given(
    st.sampled_from(PLACES),
    st.sampled_from([[], {}, "x" * 9, 10**18, None, [1], {"on": 1}]) | st.none(),
)
def test_what_is_no_patch_is_refused_as_that_or_does_not_fit(place: tuple[Any, ...], put: Any) -> None:
    value = json.loads(json.dumps(VALUE))
    inner = value
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = put
    try:
        result = patched(patch_from_value(value, "file"), LINE)
    except CuratorError:
        return
    assert result is not None
    assert json.loads(result)["text"] == json.loads(LINE)["text"]
