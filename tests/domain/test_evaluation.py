import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.training import Example
from spacy.vocab import Vocab

from curator.domain.evaluation import Tally, results, tally
from curator.domain.scoring import match
from curator.domain.span import Span

LABELS = ("PER", "GPE")
SPANS = st.builds(
    lambda start, length, label: Span("entities", start, start + length, label),
    st.integers(0, 12),
    st.integers(1, 4),
    st.sampled_from(LABELS),
)


def entity(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def test_every_kind_of_mistake_is_counted_where_it_belongs() -> None:
    gold = [entity(0, 5), entity(10, 15), entity(20, 25, "GPE"), entity(30, 35)]
    predicted = [entity(0, 5), entity(10, 14), entity(20, 25), entity(40, 45, "GPE")]
    counts = tally(match(predicted, gold))
    assert counts["entities", "PER"] == Tally(predicted=3, exact=1, boundary=1, missed=1)
    assert counts["entities", "GPE"] == Tally(predicted=1, label=1, spurious=1)
    whole = results([counts], ["entities"])["entities"].tally
    assert (whole.gold, whole.predicted, whole.exact) == (4, 4, 1)
    assert whole.measures().f1 == pytest.approx(1 / 4)
    assert whole.partial().f1 == pytest.approx(1.5 / 4)


def test_no_gold_and_no_prediction_is_no_division() -> None:
    measures = Tally().measures()
    assert (measures.precision, measures.recall, measures.f1) == (0, 0, 0)
    assert results([], ["entities"])["entities"].interval.high == 0


@given(st.lists(SPANS, max_size=8), st.lists(SPANS, max_size=8))
def test_tallies_add_up_to_the_spans_given(predicted: list[Span], gold: list[Span]) -> None:
    counts = tally(match(predicted, gold))
    for label in LABELS:
        of_label = counts.get(("entities", label), Tally())
        assert of_label.predicted == sum(span.label == label for span in predicted)
        assert of_label.gold == sum(span.label == label for span in gold)
    whole = sum(counts.values(), Tally())
    assert whole.predicted == whole.exact + whole.boundary + whole.label + whole.spurious


def _flat(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not any(map(span.overlaps, kept)):
            kept.append(span)
    return kept


@given(st.lists(SPANS, max_size=8), st.lists(SPANS, max_size=8))
def test_exact_measures_are_those_of_spacy(predicted: list[Span], gold: list[Span]) -> None:
    vocab = Vocab()
    docs = []
    for spans in (_flat(predicted), _flat(gold)):
        doc = Doc(vocab, words=["x"] * 16)
        doc.set_ents([TokenSpan(doc, span.start, span.end, span.label) for span in spans])
        docs.append(doc)
    theirs = Scorer.score_spans([Example(*docs)], "ents")
    mine = results([tally(match(_flat(predicted), _flat(gold)))], ["entities"])["entities"]
    if theirs["ents_f"] is not None:
        assert mine.tally.measures().f1 == pytest.approx(theirs["ents_f"])
        assert mine.tally.measures().precision == pytest.approx(theirs["ents_p"])
        assert mine.tally.measures().recall == pytest.approx(theirs["ents_r"])


def _tally(exact: int, missed: int, spurious: int = 0) -> Tally:
    return Tally(predicted=exact + spurious, exact=exact, missed=missed, spurious=spurious)


def _documents(count: int) -> list[dict[tuple[str, str], Tally]]:
    source = random.Random(1)
    return [
        {("entities", label): _tally(source.randint(0, 9), source.randint(0, 5), 1)}
        for _, label in product(range(count), LABELS[:1])
    ]


def test_intervals_hold_the_figure_and_shrink_with_more_documents() -> None:
    few, many = (results(_documents(count), ["entities"])["entities"] for count in (8, 200))
    for result in (few, many):
        assert result.interval.low <= result.tally.measures().f1 <= result.interval.high
    assert many.interval.high - many.interval.low < few.interval.high - few.interval.low
    assert few == results(_documents(8), ["entities"])["entities"]


def test_documents_that_are_alike_leave_no_doubt() -> None:
    result = results([{("entities", "PER"): _tally(exact=3, missed=1)}] * 9, ["entities"])["entities"]
    assert result.interval.low == result.interval.high == result.tally.measures().f1
