"""Choosing among proposed spans: entities that never overlap, and events beside them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from spacy.tokens import Doc, Span

from curator.spacy_models.borders import Borders
from curator.spacy_models.french.nearby import Nearby
from curator.spacy_models.french.rule_spans import Places, RuleSpan, take_audible


class Resolver:
    """Sets `doc.ents` and `doc.spans["events"]` from the proposed spans; the longest wins, then the better score.

    Score and rule of each span are left in `doc.user_data[("curator", layer, start_char, end_char)]`.
    """

    def __call__(self, doc: Doc) -> Doc:
        borders = Borders(doc)
        proposed = [_aligned(doc, borders, span) for span in take_audible(doc)]
        entities = _without_overlaps(span for span in proposed if span.layer == "entities")
        # A trigger may contain a name (prendre les [armes]); within a name it is most often a part of it.
        names = Nearby(entities)
        events = _without_overlaps(
            span
            for span in proposed
            if span.layer == "events" and all(_within(entity, span) for entity in names.touching(span.start, span.end))
        )
        doc.ents = tuple(borders.span(span.start, span.end, span.label) for span in entities)
        doc.spans["events"] = [borders.span(span.start, span.end, span.label) for span in events]
        marks: dict[Any, Any] = doc.user_data
        for span in (*entities, *events):
            marks["curator", span.layer, span.start, span.end] = (span.score, span.rule)
        return doc


def _within(inner: RuleSpan, outer: RuleSpan) -> bool:
    return (
        outer.start <= inner.start and inner.end <= outer.end and (inner.start, inner.end) != (outer.start, outer.end)
    )


def _without_overlaps(spans: Iterable[RuleSpan]) -> list[RuleSpan]:
    """Return the winners in text order."""
    by_merit = sorted(spans, key=lambda span: (span.start - span.end, -span.score, span.start, span.label, span.rule))
    taken = Places(max((span.end for span in by_merit), default=0))
    winners: list[RuleSpan] = []
    for span in by_merit:
        if not taken.any(span.start, span.end):
            taken.add(span.start, span.end)
            winners.append(span)
    return sorted(winners, key=lambda span: span.start)


def _aligned(doc: Doc, borders: Borders, span: RuleSpan) -> RuleSpan:
    """Return a proposed span at token borders.

    The tokenizer makes nearly every rule's span end at a token's end. Where one does not, the whole token is wrong by
    some letters, and nothing at all would lose the finding.
    """
    if borders.fits(span.start, span.end):
        return span
    expanded = cast(Span, doc.char_span(span.start, span.end, alignment_mode="expand"))
    return replace(span, start=expanded.start_char, end=expanded.end_char)
