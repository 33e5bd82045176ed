"""No span is ever misplaced: from a raw text to Label Studio and back, whatever characters it is made of."""

import io
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curator.domain.canonical import canonical_json, canonicalise
from curator.domain.document import Arrival
from curator.domain.errors import InputRefused
from curator.domain.event import AnnotationObserved
from curator.domain.record import record_from_value
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Span, content_from_value, content_value, span_order
from curator.files.lines import read_lines, write_lines
from curator.label_studio.payloads import read_delivery
from curator.label_studio.results import read_result, write_result
from curator.spacy_models.annotator import SpacyPipeline
from curator.steps.intake.ingest import arrive
from curator.steps.learning.preannotate import preannotate_paths
from tests.conftest import ROOT
from tests.fakes.parts import SCHEMA, Texts, french, raw

# Emoji with joiners, tones and flags; accents that compose, stack or stand alone; both directions of writing and what
# switches between them; every kind of space and line end; what is beyond 16 bits; marks that leading spans swallow.
HARD = (
    *("😀", "👩‍👩‍👧‍👦", "👍🏽", "🇫🇷", "❤️", "1️⃣"),
    *("e\u0301", "é", "\u0301", "o\u0323\u0302", "\u0344", "\u212b", "각", "\u1100\u1161\u11a8", "\u0958"),
    *("שלום", "مرحبا", "\u200f", "\u202e", "\u2066", "\u061c"),
    *(" ", "\u00a0", "\u202f", "\t", "\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"),
    *("𝔘", "\U00020000", "\U0010ffff", "\ufffe", "\ue000", "\u200b", "\u200d", "\ufeff", "\u00ad"),
    *("<b>", "&amp;", '"', "\\", "\\u00e9", "\x1b[31m", "\x7f"),
)
FRENCH = (
    "Le président Marcel Aubrac",
    "M. Aubrac",
    "a annoncé",
    "mardi",
    "le 3\u00a0mai",
    "1er avril",
    "l’",
    "l'",
    "ONU",
    "(ONU)",
    "40 soldats",
    "à Rome",
    "États-Unis",
    "E\u0301tats-Unis",
    "« trêve »",
    "attaque",
    "bombardement",
    ".",
    ",",
    "-",
)
STORABLE = st.characters(codec="utf-8", exclude_characters="\0")
TEXTS = st.lists(st.sampled_from(HARD) | st.text(STORABLE, max_size=4), max_size=20).map("".join)
NEWS = st.builds(
    lambda words, gap: gap.join(words),
    st.lists(st.sampled_from(FRENCH) | st.sampled_from(HARD) | st.text(STORABLE, max_size=2), max_size=20),
    st.sampled_from([" ", "", "\u00a0", "\r\n"]),
)
LABELS = st.sampled_from([("entities", "PER"), ("entities", "GPE"), ("events", "ATTACK")])


@pytest.fixture(scope="module")
def rules() -> SpacyPipeline:
    return SpacyPipeline(ROOT / "configs" / "rules.cfg")


def over_the_wire(text: str, content: Content, schema: LabelSchema) -> tuple[str | None, Content]:
    """Send content to Label Studio's form and have it delivered as an annotator's; returns the task's text with it."""
    result = write_result(content, text)
    sent: dict[str, Any] = {
        "action": "ANNOTATION_CREATED",
        "project": {"id": 7},
        "task": {"id": 1, "project": 7, "data": {"text": text, "document": "d"}},
        "annotation": {
            "id": 2,
            "task": 1,
            "project": 7,
            "completed_by": 3,
            "created_at": "2026-11-22T01:25:21.977784Z",
            "updated_at": "2026-11-22T01:25:21Z",
            "was_cancelled": False,
            "ground_truth": False,
            "lead_time": 1.0,
            "parent_prediction": None,
            "result": result,
        },
    }
    # Label Studio writes either form of JSON.
    bodies = (json.dumps(sent).encode(), json.dumps(sent, ensure_ascii=False).encode())
    (event,), (other,) = (read_delivery(body, "ls") for body in bodies)
    assert event == other
    assert isinstance(event, AnnotationObserved)
    for item in event.state.body:
        value = item["value"]
        assert text[value["start"] : value["end"]] == value["text"]
    return event.task.text, read_result(event.state.body, text, schema)


def bare(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(replace(span, score=None, rule=None) for span in spans)


def expected(piece: str) -> str:
    return unicodedata.normalize("NFC", piece.replace("\r\n", "\n").replace("\r", "\n"))


def arrived(text: str, spans: list[dict[str, Any]]) -> Arrival:
    return arrive(raw("a.jsonl:1", text, lang="fr", annotations={"spans": spans}), french, SCHEMA)


@given(st.text(st.one_of(STORABLE, st.sampled_from("\0\ud800\udfff\ud83d\ude00")), max_size=8))
def test_nul_and_lone_surrogates_are_refused_and_nothing_else(text: str) -> None:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        with pytest.raises(InputRefused):
            canonicalise(text)
    else:
        assert canonicalise(text).text == expected(text.lstrip("\ufeff"))


@given(TEXTS, st.data())
@example("\ufeffe\u0301\r\n👩‍👩‍👧‍👦\u2028مرحبا", None)
def test_spans_that_came_with_a_text_come_back_where_they_were(text: str, data: st.DataObject | None) -> None:
    given_spans: list[dict[str, Any]] = []
    for _ in range(data.draw(st.integers(0, 5)) if data and text else 0):
        assert data is not None
        start = data.draw(st.integers(0, len(text) - 1))
        layer, label = data.draw(LABELS)
        end = data.draw(st.integers(start + 1, len(text)))
        given_spans.append({"start": start, "end": end, "label": label, "layer": layer, "text": text[start:end]})
    if data is None:
        given_spans = [
            {"start": start, "end": end, "label": "PER"}
            for start in range(len(text))
            for end in range(start + 1, len(text) + 1)
        ]
    arrival = arrived(text, given_spans)
    stored, content = arrival.document.text, arrival.content
    # Two that came apart may be equal by now, as two raw offsets before a mark that is taken off are one.
    unplaced = [problem.item for problem in content.problems if problem.cause != "duplicate-span"]
    placed = [one for one in given_spans if one not in unplaced]
    assert len(content.spans) + len(content.problems) == len(given_spans)
    covered = {(one["label"], expected(text[one["start"] : one["end"]]).lstrip("\ufeff")) for one in placed}
    assert {(one.label, stored[one.start : one.end].lstrip("\ufeff")) for one in content.spans} == covered
    causes = {problem.cause for problem in content.problems}
    assert causes <= {"offsets-split-a-character", "duplicate-span"}
    known, back = over_the_wire(stored, content, SCHEMA)
    assert known == stored
    assert back == replace(content, problems=())


@given(TEXTS, st.data())
def test_any_spans_of_a_canonical_text_survive_store_and_label_studio(text: str, data: st.DataObject) -> None:
    text = canonicalise(text).text
    spans = []
    for _ in range(data.draw(st.integers(0, 8)) if text else 0):
        start = data.draw(st.integers(0, len(text) - 1))
        layer, label = data.draw(LABELS)
        spans.append(Span(layer, start, data.draw(st.integers(start + 1, len(text))), label, 0.5, "rule"))
    content = Content(tuple(spans))
    assert content_from_value(json.loads(canonical_json(content_value(content)))) == content
    known, back = over_the_wire(text, content, SCHEMA)
    assert known == text
    assert back == Content(bare(content.spans))
    # A text that comes back from Label Studio is the one that was sent there.
    assert canonicalise(known).text == text


@settings(max_examples=150)
@given(NEWS)
def test_what_the_rules_predict_comes_back_from_label_studio_as_it_was(
    rules: SpacyPipeline, default_schema: LabelSchema, text: str
) -> None:
    text = canonicalise(text).text
    (content,) = rules.annotate([text])
    assert all(0 <= span.start < span.end <= len(text) for span in content.spans)
    known, back = over_the_wire(text, content, default_schema)
    assert known == text
    assert back == Content(bare(content.spans))


@settings(max_examples=50)
@given(st.lists(NEWS, min_size=1, max_size=4))
def test_what_preannotate_writes_is_read_back_with_every_span_in_its_place(
    rules: SpacyPipeline, default_schema: LabelSchema, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    reader = Texts(*(raw(f"{number}.txt", text, lang="fr") for number, text in enumerate(texts)))

    def records() -> Iterator[dict[str, Any]]:
        return preannotate_paths(
            reader.paths,
            pipeline=rules,
            reader=reader,
            language=french,
            schema=default_schema,
            refused=[],
            causes=[],
        )

    path = tmp_path_factory.getbasetemp() / "predicted.jsonl"
    stream = io.BytesIO()
    assert write_lines(path, records()) == write_lines(stream, records()) == len(texts)
    assert path.read_bytes() == stream.getvalue()
    for record, text in zip(read_lines(path), texts, strict=True):
        assert record["text"] == canonicalise(text).text
        (content,) = rules.annotate([record["text"]])
        # Refuses a span whose words are not those at its offsets.
        assert sorted(record_from_value(record).content.spans, key=span_order) == sorted(
            bare(content.spans), key=span_order
        )
