"""Two patches of one record: merged where they touch different parts, in conflict where they do not."""

from dataclasses import replace

import pytest
from hypothesis import assume, given

from curator.domain.errors import CuratorError
from curator.domain.merging import merged_patch
from curator.domain.patch import DocumentPatch, document_patch, inverse, patched
from curator.domain.record import Provenance, Record, record_from_line, record_line
from curator.domain.span import Attribute, Relation, Span
from tests.domain.changing import records
from tests.domain.test_diff import ATTACK, CITY, CURIE, LYON, MARIE, PARIS, record

FLAT = frozenset({"entities"})
BOTH = ("train", "train")


def turning(before: Record, after: Record) -> DocumentPatch:
    return document_patch("d", BOTH, record_line(before), record_line(after))


def plain(line: bytes | None) -> Record:
    """Return a record whose attributes are in no order of their own."""
    assert line is not None
    record = record_from_line(line)
    return replace(record, attributes=tuple(sorted(record.attributes, key=lambda attribute: attribute.key)))


@given(records(), records(), records())
def test_what_merges_is_what_one_patch_after_the_other_gives_in_either_order(
    parent: Record, first: Record, second: Record
) -> None:
    # Of who annotated what each patch knows the beginning only: see the test below.
    first, second = (replace(side, provenance=parent.provenance, lang=parent.lang) for side in (first, second))
    second = replace(second, meta=parent.meta, spans={layer: second.spans.get(layer, ()) for layer in parent.spans})
    first = replace(first, spans={layer: first.spans.get(layer, ()) for layer in parent.spans})
    try:
        left, right = (turning(parent, record_from_line(record_line(side))) for side in (first, second))
    except CuratorError:
        # A layer was left out that a relation still names.
        assume(False)
    merged, conflicts = merged_patch(left, right, frozenset())
    assume(not conflicts)
    line = record_line(parent)
    result = patched(merged, line)
    if left != right:
        try:
            orders = [patched(right, patched(left, line)), patched(left, patched(right, line))]
        except CuratorError:
            # Both hold the same change, which the second one no longer finds undone.
            assert _common(left, right)
        else:
            assert [plain(order) for order in orders] == [plain(result)] * 2
    assert patched(inverse(merged), result) == line
    assert plain(patched(merged_patch(right, left, frozenset())[0], line)) == plain(result)


def _common(left: DocumentPatch, right: DocumentPatch) -> bool:
    pairs = zip(
        (left.changes.spans, left.changes.relations, left.changes.attributes, left.changes.fields),
        (right.changes.spans, right.changes.relations, right.changes.attributes, right.changes.fields),
        strict=True,
    )
    return any(change in theirs for ours, theirs in pairs for change in ours)


PARENT = record(MARIE, ATTACK, PARIS, relations=(Relation(ATTACK.id, PARIS.id, "place"),))


def test_different_spans_merge_and_who_annotated_goes_together() -> None:
    first = replace(
        record(CURIE, ATTACK, PARIS, relations=PARENT.relations), provenance=Provenance(("ada",), last_annotator="ada")
    )
    second = replace(
        record(MARIE, ATTACK, PARIS, LYON, relations=PARENT.relations),
        provenance=Provenance(("bob",), last_annotator="bob"),
    )
    merged, conflicts = merged_patch(turning(PARENT, first), turning(PARENT, second), FLAT)
    assert conflicts == []
    result = record_from_line(patched(merged, record_line(PARENT)) or b"")
    assert result.content.spans == (CURIE, PARIS, LYON, ATTACK)
    assert result.provenance.annotators == ("ada", "bob")
    assert result.provenance.last_annotator is None


OVER_LYON = Span("entities", 26, 35, "LOC")
RELATIONS = PARENT.relations


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (
            record(MARIE, ATTACK, CITY, relations=(Relation(ATTACK.id, CITY.id, "place"),)),
            record(MARIE, ATTACK),
            "other changes of one part",
        ),
        (
            record(MARIE, ATTACK, PARIS, LYON, relations=RELATIONS),
            record(MARIE, ATTACK, PARIS, OVER_LYON, relations=RELATIONS),
            "overlapping spans in a flat layer",
        ),
        (
            record(ATTACK, PARIS, relations=RELATIONS),
            record(MARIE, ATTACK, PARIS, relations=(*RELATIONS, Relation(ATTACK.id, MARIE.id, "agent"))),
            "a part of a span that is gone",
        ),
        (
            record(ATTACK, PARIS, relations=RELATIONS),
            record(MARIE, ATTACK, PARIS, relations=RELATIONS, attributes=(Attribute(MARIE.id, "known", True),)),
            "a part of a span that is gone",
        ),
        (
            replace(PARENT, attributes=(Attribute("document", "topic", "war"),)),
            replace(PARENT, attributes=(Attribute("document", "topic", "sport"),)),
            "two values of one attribute",
        ),
        (replace(PARENT, meta={"a": 1}), replace(PARENT, meta={"a": 2}), "other changes of one part"),
    ],
)
def test_what_does_not_go_together_is_a_conflict_on_either_side(first: Record, second: Record, why: str) -> None:
    left, right = turning(PARENT, first), turning(PARENT, second)
    for sides in ((left, right), (right, left)):
        _, conflicts = merged_patch(*sides, FLAT)
        assert {conflict.why for conflict in conflicts} == {why}
        assert {conflict.document for conflict in conflicts} == {"d"}


def test_the_same_change_is_no_conflict_nor_are_spans_of_layers_that_may_overlap() -> None:
    both = record(CURIE, ATTACK, PARIS, relations=RELATIONS)
    merged, conflicts = merged_patch(
        turning(PARENT, both), turning(PARENT, record(CURIE, ATTACK, PARIS, LYON, relations=RELATIONS)), FLAT
    )
    assert conflicts == []
    assert [change.after for change in merged.changes.spans] == [CURIE, LYON]
    one, other = (record(MARIE, ATTACK, PARIS, span, relations=RELATIONS) for span in (LYON, OVER_LYON))
    assert merged_patch(turning(PARENT, one), turning(PARENT, other), frozenset())[1] == []


def test_a_whole_record_goes_with_itself_alone() -> None:
    line = record_line(PARENT)
    added, gone = (document_patch("d", splits, *lines) for splits, lines in whole(line))
    assert merged_patch(added, added, FLAT) == (added, [])
    assert merged_patch(gone, turning(PARENT, record(MARIE)), FLAT)[1]
    moved = document_patch("d", ("train", "dev"), line, line)
    merged, conflicts = merged_patch(moved, turning(PARENT, record(MARIE)), FLAT)
    assert (merged.splits, conflicts) == (("train", "dev"), [])
    assert merged_patch(moved, document_patch("d", ("train", "test"), line, line), FLAT)[1]


def whole(line: bytes) -> list[tuple[tuple[str | None, str | None], tuple[bytes | None, bytes | None]]]:
    return [((None, "train"), (None, line)), (("train", None), (line, None))]
