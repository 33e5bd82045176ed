"""Regions of texts that are not canonical: on their words, or quarantined."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from curator.domain.annotation import Form, RawText
from curator.domain.canonical import canonicalise, shifted
from curator.label_studio.raw_results import SPLIT, form_of, read_raw_result
from curator.label_studio.results import read_result
from tests.fakes.parts import SCHEMA, link, region

_MARKS = st.sampled_from(["", "\ufeff", "\ufeff\ufeff"])
_TEXTS = st.text(alphabet="ab \n\re\u0301\u0308éÅ\u212b각\u1112\u1161\u11ab😀", max_size=30)


def on(item: dict[str, Any], name: str = "corps") -> dict[str, Any]:
    return {**item, "to_name": name} if "from_name" in item else item


@given(mark=_MARKS, text=_TEXTS)
def test_shifts_map_every_offset_as_the_cuts_do(mark: str, text: str) -> None:
    raw = mark + text
    canonical = canonicalise(raw)
    for offset in range(len(raw) + 1):
        assert shifted(canonical.shifts, offset) == canonical.offset(offset)


@given(mark=_MARKS, text=_TEXTS, start=st.integers(0, 32), end=st.integers(0, 32))
def test_a_region_lies_on_its_words_or_is_a_problem(mark: str, text: str, start: int, end: int) -> None:
    raw = mark + text
    canonical = canonicalise(raw)
    form, body = form_of([on(region(start, end, "PER"))], RawText("corps", canonical.shifts))
    read = read_raw_result if form is Form.LABEL_STUDIO_RAW else read_result
    content = read(body, canonical.text, SCHEMA)
    assert len(content.spans) + len(content.problems) == 1
    for span in content.spans:
        assert canonical.text[span.start : span.end] == canonicalise(raw[start:end]).text
    for problem in content.problems:
        assert problem.item == on(region(start, end, "PER"))
        if start < end <= len(raw):
            assert problem.cause == SPLIT


def test_relations_and_attributes_follow_their_regions() -> None:
    raw = "Paul\r\nvit à\r\nLyon"
    canonical = canonicalise(raw)
    place = {"start": 13, "end": 17, "choices": ["douteux"]}
    doubt = {"id": "l", "from_name": "certitude", "to_name": "corps", "type": "choices", "value": place}
    items = [on(region(0, 4, "PER", id="p")), on(region(13, 17, "GPE", id="l")), link("p", "l"), doubt]
    form, body = form_of(items, RawText("corps", canonical.shifts))
    assert (form, body["result"]) == (Form.LABEL_STUDIO_RAW, items)
    content = read_raw_result(body, canonical.text, SCHEMA)
    assert [canonical.text[span.start : span.end] for span in content.spans] == ["Paul", "Lyon"]
    assert [(relation.head, relation.child) for relation in content.relations] == [tuple(s.id for s in content.spans)]
    assert [attribute.on for attribute in content.attributes] == [content.spans[1].id]
    assert content.problems == ()


def test_what_is_about_something_else_is_no_region_of_the_text() -> None:
    items = [on(region(0, 4, "PER"), "titre"), on(region(0, 4, "GPE"))]
    form, body = form_of(items, RawText("corps"))
    assert form is Form.LABEL_STUDIO_RAW
    content = read_raw_result(body, "Paul vit à Lyon", SCHEMA)
    assert [span.label for span in content.spans] == ["GPE"]
    assert [(problem.cause, problem.item) for problem in content.problems] == [("unknown-control", items[0])]
    assert form_of(items[1:], RawText("corps")) == (Form.LABEL_STUDIO, items[1:])
    assert form_of(items, None) == (Form.LABEL_STUDIO, items)
