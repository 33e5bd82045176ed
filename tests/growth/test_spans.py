"""What is done with the spans of a document grows with their number, not with the pairs that they make."""

from collections.abc import Callable
from functools import partial

import pytest
import spacy

from curator.domain.canonical import canonicalise
from curator.domain.carried import carry_back, carry_over
from curator.domain.curate import curate
from curator.domain.document import Document
from curator.domain.fit import fit
from curator.domain.record import Provenance, Record, record_of
from curator.domain.scoring import match
from curator.domain.span import Content, Relation, Span
from curator.label_studio.results import read_result, write_result
from curator.spacy_models.calibrator import Proposal, _covered_places, _touches, _without_overlaps
from curator.spacy_models.corpus import example_of
from curator.web.highlight import marks, segments
from tests.fakes.parts import SCHEMA
from tests.growth.counting import FACTOR
from tests.growth.executed import executed

SMALL = 60
SLACK = 1.5


def side_by_side(number: int) -> list[Span]:
    return [Span("entities", 4 * place, 4 * place + 3, "PER") for place in range(number)]


def under_a_long_one(number: int) -> list[Span]:
    """Return spans side by side, and one over all of them."""
    return [Span("entities", 0, 4 * number, "GPE"), *side_by_side(number)]


def in_steps(number: int) -> list[Span]:
    """Return spans of which each overlaps the next."""
    return [Span("entities", 2 * place, 2 * place + 3, "PER") for place in range(number)]


def nested(number: int) -> list[Span]:
    return [Span("events", place, 4 * number - place, "ATTACK") for place in range(number)]


def doubled(number: int) -> list[Span]:
    return [Span("entities", 1, 3, "PER")] * number


SHAPES = [side_by_side, under_a_long_one, in_steps, nested, doubled]


def text_for(spans: list[Span]) -> str:
    return "mot " * (max(span.end for span in spans) // 4 + 1)


def curated(spans: list[Span]) -> object:
    return curate("d", text_for(spans), Content(tuple(spans)), SCHEMA)


def matched(spans: list[Span]) -> object:
    """Compare spans with themselves and, where few of them overlap each other, with others."""
    others = [Span(span.layer, span.start + 1, span.end + 1, span.label) for span in spans]
    return match(spans, spans if spans[0].layer == "events" or spans[0] == spans[-1] else others)


def fitted(spans: list[Span]) -> object:
    relations = tuple(Relation(spans[0].id, span.id, "place") for span in spans)
    return fit(Content(tuple(spans), relations), text_for(spans), SCHEMA)


def carried(spans: list[Span]) -> object:
    raw = text_for(spans).replace("mot ", "mo\r\n")
    canonical = canonicalise(raw)
    items = [{"start": span.start // 4 * 4, "end": span.end // 4 * 4 + 4, "label": span.label} for span in spans]
    return carry_back(carry_over({"spans": items}, raw, canonical, SCHEMA), canonical)


def through_label_studio(spans: list[Span]) -> object:
    text = text_for(spans)
    return read_result(write_result(Content(tuple(spans)), text), text, SCHEMA)


def highlighted(spans: list[Span]) -> object:
    return segments(text_for(spans), marks((span, None) for span in spans))


def calibrated(spans: list[Span]) -> object:
    proposed = [Proposal(span.layer, span.start, span.end, span.label, "rule") for span in spans]
    covered = _covered_places(proposed)
    touching = [_touches(proposal, covered) for proposal in proposed]
    return touching, list(_without_overlaps((0.5, proposal) for proposal in proposed))


NLP = spacy.blank("fr")


def as_example(spans: list[Span]) -> object:
    document = Document("d", text_for(spans), "fr")
    record: Record = record_of(document, Content(tuple(spans)), ["entities", "events"], {}, Provenance())
    return example_of(record, NLP)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "work",
    [curated, matched, fitted, carried, through_label_studio, highlighted, calibrated, as_example],
)
def test_eight_times_the_spans_take_eight_times_the_work(
    work: Callable[[list[Span]], object], shape: Callable[[int], list[Span]]
) -> None:
    small, large = (executed(partial(work, shape(number))) for number in (SMALL, SMALL * FACTOR))
    assert large <= small * FACTOR * SLACK
