"""Choosing among candidates: entities that never overlap, and events beside them."""

from collections.abc import Iterable

from spacy.tokens import Doc, Span

from curator.spacy_models.french.candidates import Candidate, audible


class Resolver:
    """Sets `doc.ents` and `doc.spans["events"]` from the candidates; the longest wins, then the better score.

    Score and rule of each span are left in `doc.user_data[("curator", layer, start_char, end_char)]`.
    """

    def __call__(self, doc: Doc) -> Doc:
        candidates = audible(doc)
        entities = _choose(one for one in candidates if one.layer == "entities")
        doc.ents = tuple(_keep(doc, one) for one in entities)
        events = _choose(
            one
            for one in candidates
            if one.layer == "events" and not any(one.overlaps(entity.start, entity.end) for entity in entities)
        )
        doc.spans["events"] = [_keep(doc, one) for one in events]
        return doc


def _choose(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the winners in text order. A candidate that cannot overlap an earlier winner is found in one pass."""
    taken: set[int] = set()
    winners: list[Candidate] = []
    for one in sorted(candidates, key=lambda one: (one.start - one.end, -one.score, one.start, one.label, one.rule)):
        places = range(one.start, one.end)
        if taken.isdisjoint(places):
            taken.update(places)
            winners.append(one)
    return sorted(winners, key=lambda one: one.start)


def _keep(doc: Doc, one: Candidate) -> Span:
    span = doc.char_span(one.start, one.end, label=one.label)
    if span is None:
        # A rule cut inside a token: the whole token is wrong by a few letters, nothing at all would lose the finding.
        span = doc.char_span(one.start, one.end, label=one.label, alignment_mode="expand")
    doc.user_data[("curator", one.layer, span.start_char, span.end_char)] = (one.score, one.rule)
    return span
