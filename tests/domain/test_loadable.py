"""What tables load, made quickly, is what reading and writing each record makes."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curator.domain.document import Document
from curator.domain.loadable import loadable_line, loadable_lines
from curator.domain.record import Provenance, Record, record_line
from curator.domain.span import Attribute, Relation, Span
from tests.domain.test_record import VALUES, WORDS

TRICKY = st.sampled_from(
    [
        '},"relations":[',
        '],"attributes":[],"meta":{}',
        ',"provenance":{"annotators":[',
        "\\",
        "\\xe9",
        "C:\\x41\\u00e9é",
        "é\\",
        "\x7f",
        "😀é",
        "\u2028\u0085é",
        "\ud7ff\ue000\uffff",
    ]
)
TEXTS = WORDS | TRICKY
NAMES = st.sampled_from(["relations", "attributes", "meta", "provenance", "spans", "annotators", "id"]) | TEXTS
FREE = VALUES | st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, st.lists(VALUES, max_size=1)), max_size=3)


@st.composite
def records(draw: st.DrawFn) -> Record:
    text = draw(TEXTS) + "Paris"
    span = Span("entities", len(text) - 5, len(text), draw(TEXTS))
    layers = draw(st.lists(NAMES, unique=True, max_size=3))
    spans = {layer: (Span(layer, 0, 1, draw(TEXTS)),)[: draw(st.integers(0, 1))] for layer in layers}
    return Record(
        id=draw(TEXTS),
        text=text,
        lang=draw(TEXTS),
        spans={**spans, **({"entities": (span,)} if draw(st.booleans()) else {})},
        relations=(Relation(draw(TEXTS), draw(TEXTS), draw(TEXTS)),)[: draw(st.integers(0, 1))],
        attributes=(Attribute("document", draw(TEXTS), draw(FREE)),)[: draw(st.integers(0, 3)) // 3],
        meta=draw(st.dictionaries(NAMES, FREE, max_size=3)),
        provenance=Provenance((draw(TEXTS),), draw(TEXTS), draw(st.none() | TEXTS), True, draw(TEXTS)),
    )


def _of(**fields: Any) -> list[Record]:
    return [Record("a", "Élise", **fields)]


@given(several=st.lists(records(), max_size=3))
@example(several=_of(meta={"x": [], "attributes": [], "meta": 1}, attributes=(Attribute("document", "a", 1),)))
@example(several=_of(meta={"x": {}, "provenance": {"annotators": []}}))
@example(several=_of(spans={"a": (), "relations": (), "attributes": (), "meta": ()}))
@example(several=_of(meta={"a": "é", "b": "\u2028", "c": "\x7f", "d": '"'}))
@example(several=[*_of(meta={"k": "b\\xe9"}), *_of(meta={"k": "é"}), *_of(meta={})])
def test_what_is_made_quickly_is_what_reading_makes(several: list[Record]) -> None:
    lines = list(map(record_line, several))
    assert loadable_lines(lines) == b"".join(map(loadable_line, lines))


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_metadata_and_attributes_are_json_text(encoding: str) -> None:
    record = Record("d", "Élise", "fr", meta={"é": [1, None]}, attributes=(Attribute("document", "n", {"é": 1}),))
    value = json.loads(loadable_lines([record_line(record)], encoding).decode(encoding))
    assert (value["text"], json.loads(value["meta"])) == ("Élise", {"é": [1, None]})
    assert json.loads(value["attributes"][0]["value"]) == {"é": 1}


def test_lines_of_other_writers_are_read() -> None:
    line = json.dumps({"id": "d", "attributes": [], "meta": {"a": 1}, "provenance": {}}).encode() + b"\n"
    assert loadable_lines([line]) == loadable_line(line)


def test_a_usual_record_is_not_read(monkeypatch: Any) -> None:
    monkeypatch.setattr("curator.domain.loadable.loadable_line", None)
    document = Document("d", "Élise vit à Paris.\n« Oui »", "fr")
    span = Span("entities", 0, 5, "PER")
    record = Record(
        document.id, document.text, document.lang, {"entities": (span,), "events": ()}, meta={"source": "é"}
    )
    assert loadable_lines([record_line(record)] * 2).count(b"\n") == 2
