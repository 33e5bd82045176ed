"""Changes between records: what became of each span, relation and attribute."""

from dataclasses import replace

from hypothesis import given

from curator.domain.diff import Change, ChangeKind, FieldChange, RecordChanges, record_changes
from curator.domain.record import Provenance, Record
from curator.domain.span import Attribute, Relation, Span
from tests.domain.changing import records

TEXT = "Marie Curie attaque Paris puis Lyon"
MARIE, CURIE = Span("entities", 0, 5, "PER"), Span("entities", 0, 11, "PER")
ATTACK = Span("events", 12, 19, "ATTACK")
PARIS, CITY = Span("entities", 20, 25, "LOC"), Span("entities", 20, 25, "GPE")
LYON = Span("entities", 31, 35, "GPE")


def record(*spans: Span, relations: tuple[Relation, ...] = (), attributes: tuple[Attribute, ...] = ()) -> Record:
    layers = {layer: tuple(span for span in spans if span.layer == layer) for layer in ("entities", "events")}
    return Record("d", TEXT, "fr", layers, relations, attributes)


def test_spans_are_kept_moved_relabelled_removed_and_added() -> None:
    changes = record_changes(record(MARIE, ATTACK, PARIS), record(CURIE, CITY, LYON))
    assert changes.spans == (
        Change(ChangeKind.MOVED, MARIE, CURIE),
        Change(ChangeKind.REMOVED, ATTACK, None),
        Change(ChangeKind.RELABELLED, PARIS, CITY),
        Change(ChangeKind.ADDED, None, LYON),
    )
    assert record_changes(record(MARIE), record(MARIE)) == RecordChanges()


def test_relations_and_attributes_follow_the_spans_that_they_name() -> None:
    before = record(
        MARIE,
        ATTACK,
        PARIS,
        relations=(Relation(ATTACK.id, MARIE.id, "agent"), Relation(ATTACK.id, PARIS.id, "place")),
        attributes=(Attribute(MARIE.id, "known", True), Attribute("document", "topic", "war")),
    )
    after = record(
        CURIE,
        ATTACK,
        PARIS,
        relations=(Relation(ATTACK.id, CURIE.id, "agent"), Relation(ATTACK.id, PARIS.id, "target")),
        attributes=(Attribute(CURIE.id, "known", True), Attribute("document", "topic", ["war"])),
    )
    changes = record_changes(before, after)
    assert [(change.kind.value, change.after) for change in changes.relations] == [
        ("moved", after.relations[0]),
        ("relabelled", after.relations[1]),
    ]
    assert [(change.kind.value, change.after) for change in changes.attributes] == [
        ("moved", after.attributes[0]),
        ("changed", after.attributes[1]),
    ]


def test_values_that_are_written_otherwise_are_other_values() -> None:
    before = replace(record(), meta={"a": 1, "b": {"x": 1, "y": 2}}, provenance=Provenance(("ada",)))
    assert not record_changes(before, replace(before, meta={"b": {"x": 1, "y": 2}, "a": 1})).fields
    for meta in ({"a": True, "b": {"x": 1, "y": 2}}, {"a": 1, "b": {"y": 2, "x": 1}}):
        assert [change.name for change in record_changes(before, replace(before, meta=meta)).fields] == ["meta"]
    after = replace(before, provenance=Provenance(("ada", "bob"), last_annotator="bob"))
    assert record_changes(before, after).fields == (
        FieldChange("provenance.annotators", ["ada"], ["ada", "bob"]),
        FieldChange("provenance.last_annotator", None, "bob"),
    )


@given(records(), records())
def test_every_span_relation_and_attribute_is_in_one_change_or_in_both_records(before: Record, after: Record) -> None:
    changes = record_changes(before, after)
    for part, key in (("relations", repr), ("attributes", lambda attribute: attribute.key)):
        old, new = (sorted(key(item) for item in getattr(record, part)) for record in (before, after))
        gone = [key(change.before) for change in getattr(changes, part) if change.before is not None]
        come = [key(change.after) for change in getattr(changes, part) if change.after is not None]
        for name in gone:
            old.remove(name)
        assert sorted([*old, *come]) == new
    ids = {span.id for span in before.content.spans}
    ids -= {change.before.id for change in changes.spans if change.before is not None}
    ids |= {change.after.id for change in changes.spans if change.after is not None}
    assert ids == {span.id for span in after.content.spans}
