"""Choosing among candidates: entities that never overlap, and events beside them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from spacy.tokens import Doc, Span

from curator.spacy_models.borders import Borders
from curator.spacy_models.french.candidates import Candidate, audible


class Resolver:
    """Sets `doc.ents` and `doc.spans["events"]` from the candidates; the longest wins, then the better score.

    Score and rule of each span are left in `doc.user_data[("curator", layer, start_char, end_char)]`.
    """

    def __call__(self, doc: Doc) -> Doc:
        borders = Borders(doc)
        candidates = [_aligned(doc, borders, one) for one in audible(doc)]
        entities = _choose(one for one in candidates if one.layer == "entities")
        # A trigger may contain a name (prendre les [armes]); within a name it is most often a part of it.
        events = _choose(
            one
            for one in candidates
            if one.layer == "events"
            and all(_within(name, one) for name in entities if name.overlaps(one.start, one.end))
        )
        doc.ents = tuple(borders.span(one.start, one.end, one.label) for one in entities)
        doc.spans["events"] = [borders.span(one.start, one.end, one.label) for one in events]
        marks: dict[Any, Any] = doc.user_data
        for one in (*entities, *events):
            marks["curator", one.layer, one.start, one.end] = (one.score, one.rule)
        return doc


def _within(inner: Candidate, outer: Candidate) -> bool:
    return (
        outer.start <= inner.start and inner.end <= outer.end and (inner.start, inner.end) != (outer.start, outer.end)
    )


def _choose(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the winners in text order."""
    taken: set[int] = set()
    winners: list[Candidate] = []
    for one in sorted(candidates, key=lambda one: (one.start - one.end, -one.score, one.start, one.label, one.rule)):
        places = range(one.start, one.end)
        if taken.isdisjoint(places):
            taken.update(places)
            winners.append(one)
    return sorted(winners, key=lambda one: one.start)


def _aligned(doc: Doc, borders: Borders, one: Candidate) -> Candidate:
    """Return a candidate at token borders.

    The tokenizer makes nearly every rule's span end at a token's end. Where one does not, the whole token is wrong by
    some letters, and nothing at all would lose the finding.
    """
    if borders.fits(one.start, one.end):
        return one
    span = cast(Span, doc.char_span(one.start, one.end, alignment_mode="expand"))
    return replace(one, start=span.start_char, end=span.end_char)
