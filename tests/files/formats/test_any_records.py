"""Whatever records there are, a format's files and its ledger are the version."""

from collections.abc import Mapping
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.canonical import canonicalise
from curator.domain.document import SPLITS
from curator.domain.record import Provenance, Record
from curator.domain.span import DIRECTIONS, DOCUMENT, Attribute, Relation, Span, span_order
from tests.files.formats.hard_case import RECORDS, SCHEMA, written
from tests.files.formats.restoring import comparable, restored

FORMATS = ("brat", "cas", "croissant", "docbin", "docbin-repaired", "gliner", "parquet")
_EMPTY: dict[str, tuple[Span, ...]] = dict.fromkeys(SCHEMA.layer_names, ())
NO_SPANS = {"train": (Record("a", "Rien.", "fr", _EMPTY), Record("b", " \n", "fr", _EMPTY)), "dev": (), "test": ()}
NOTHING: Mapping[str, tuple[Record, ...]] = dict.fromkeys(SPLITS, ())

_AWKWARD = "ab'’- \t\n\v\x01\x7f\x85\u00a0\u2028\u0301é\ufeff\ufffd\ufffe😀👩\u200d<&]\"\\"
_TEXTS = st.text(st.sampled_from(_AWKWARD) | st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.sampled_from(_AWKWARD), max_size=5),
    lambda of: st.lists(of, max_size=2) | st.dictionaries(st.text(st.sampled_from(_AWKWARD)), of, max_size=2),
    max_leaves=4,
)
_LABELS = [(layer, label) for layer, labels in SCHEMA.labels_of.items() for label in sorted(labels)]
_PROVENANCE = Provenance(("annotator-a",), "latest", None, False, "a.txt", None)


def check(name: str, records: Mapping[str, tuple[Record, ...]]) -> None:
    """Check that what a format writes of records and what it lists are the records."""
    form, files, losses = written(name, records)
    version = restored(import_module(f"tests.files.formats.read_{name.replace('-', '_')}").read(files), losses)
    for split in SPLITS:
        assert comparable(version.get(split, []), form.not_held) == comparable(records[split], form.not_held)


@st.composite
def a_record(draw: st.DrawFn, number: int) -> Record:
    text = canonicalise(draw(_TEXTS)).text or "a"
    offsets = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 8))
    drawn = draw(st.lists(st.tuples(offsets, st.sampled_from(_LABELS)), max_size=5))
    spans = {Span(layer, start, min(start + width, len(text)), label) for (start, width), (layer, label) in drawn}
    layers = {
        layer: tuple(sorted((span for span in spans if span.layer == layer), key=span_order))
        for layer in SCHEMA.layer_names
    }
    ids = sorted(span.id for span in spans)
    ends = st.sampled_from(ids) if ids else st.nothing()
    relations = st.builds(Relation, ends, ends, st.sampled_from(["agent", "place", "ail-of", "x 2"]))
    directed = st.tuples(relations, st.sampled_from(DIRECTIONS))
    linked = {
        (r.head, r.child, r.label): Relation(r.head, r.child, r.label, way) for r, way in draw(st.lists(directed))
    }
    names = st.sampled_from(["certitude", "note"])
    attributes = st.builds(Attribute, st.sampled_from([DOCUMENT, *ids]), names, _VALUES | st.just("douteux"))
    given_values = {(item.on, item.name): item for item in draw(st.lists(attributes, max_size=3))}
    meta = draw(st.dictionaries(st.text(st.sampled_from(_AWKWARD)), _VALUES, max_size=2))
    return Record(
        f"r{number}", text, "fr", layers, tuple(linked.values()), tuple(given_values.values()), meta, _PROVENANCE
    )


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_written_and_what_is_listed_are_any_version(name: str, data: st.DataObject) -> None:
    first, second = data.draw(a_record(1)), data.draw(a_record(2))
    check(name, {"train": (first,), "dev": (), "test": (second,)})


@pytest.mark.parametrize("name", FORMATS)
def test_splits_may_be_empty_and_documents_without_spans(name: str) -> None:
    check(name, NO_SPANS)
    check(name, NOTHING)
    check(name, {"train": RECORDS["train"], "dev": (), "test": ()})
