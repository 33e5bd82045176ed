"""Scoring what rules and trained pipeline found, and choosing among it by the chance that a reviewer keeps it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from spacy.tokens import Doc, Span

from curator.domain.errors import CuratorError
from curator.domain.record import Record
from curator.spacy_models.borders import Borders
from curator.spacy_models.chances import Counts, Table, read_counts
from curator.spacy_models.locate import load
from curator.spacy_models.opinion import Opinion, forget, opinions

_FACTORY = "curator_calibrator"
_SURE = 0.99
_NAMELESS = "rules"
"""The rule of spans that a component of spaCy's own left, which names none."""


class Proposal(NamedTuple):
    """A span that may be right; `rule` says who found it, and whether the other side agrees.

    A rule's name alone: the trained pipeline found nothing there, or was not asked. `+model`: it found the same span.
    `|model`: it found something else there. Only the trained pipeline found it: `model|rules` where the rules found
    something else, else `model:sure` where it gives itself 0.99 or more, and `model`.
    """

    layer: str
    start: int
    end: int
    label: str
    rule: str


class Calibrator:
    """Scores the document's spans by a table and keeps those that are at least so probable, the likelier first.

    Where a trained pipeline gave its opinion, its spans compete. No two that stay overlap within a layer. Score and
    rule of each are left in `doc.user_data[("curator", layer, start_char, end_char)]`.
    """

    def __init__(self, table: str, least: float) -> None:
        self._table = Table(read_counts(Path(table)))
        self._least = least

    def __call__(self, doc: Doc) -> Doc:
        scored = [(self._table.chance(one.layer, one.rule, one.label), one) for one in proposals(doc)]
        forget(doc)
        chosen = list(_choose((chance, one) for chance, one in scored if chance >= self._least))
        marks: dict[Any, Any] = doc.user_data
        for chance, one in chosen:
            marks["curator", one.layer, one.start, one.end] = (chance, one.rule)
        borders = Borders(doc)
        doc.ents = tuple(borders.span(*one[1:4]) for _, one in chosen if one.layer == "entities")
        for layer in {*doc.spans, *(one.layer for _, one in chosen)} - {"entities"}:
            doc.spans[layer] = [borders.span(*one[1:4]) for _, one in chosen if one.layer == layer]
        return doc


def proposals(doc: Doc) -> Iterator[Proposal]:
    """Yield what rules and trained pipeline found in a document, each with who agrees, in text order."""
    said = opinions(doc)
    ruled = [
        Proposal(layer, span.start_char, span.end_char, span.label_, _rule(doc, layer, span))
        for layer, group in (("entities", doc.ents), *doc.spans.items())
        for span in group
    ]
    if said is None:
        yield from ruled
        return
    borders = Borders(doc)
    fitting = [one for one in (_aligned(borders, each) for each in said) if one is not None]
    keys = {one[:4] for one in fitting}
    theirs = _covered(fitting)
    found = [_judged(one, keys, theirs) for one in ruled]
    mine, ours = {one[:4] for one in ruled}, _covered(ruled)
    for one in fitting:
        if one[:4] not in mine:
            found.append(one._replace(rule="model|rules") if _meets(one, ours) else one)
    yield from sorted(found)


def table_of(config: str) -> Path:
    """Return the path of the table that a configuration's calibrator reads. Raises CuratorError where there is none."""
    loaded = load(config, without=_FACTORY)
    table = loaded.named.get("calibration")
    if table is None:
        raise CuratorError("pipeline has no calibrator", config, "name a .cfg file with paths.calibration in it")
    return table


def count_kept(config: str, records: Iterable[Record]) -> dict[tuple[str, str, str], Counts]:
    """Return how often what the pipeline of a configuration proposes is in gold as it is, by layer, rule and label.

    Counted is all that the calibrator would have to choose from. Raises CuratorError as loading the pipeline does.
    """
    known = [({span.key for span in record.content.spans}, record.text) for record in records]
    nlp = load(config, without=_FACTORY).nlp
    nlp.max_length = 2**31 - 1
    seen: Counter[tuple[str, str, str]] = Counter()
    kept: Counter[tuple[str, str, str]] = Counter()
    for doc, (gold, _) in zip(nlp.pipe(text for _, text in known), known, strict=True):
        for one in proposals(doc):
            name = (one.layer, one.rule, one.label)
            seen[name] += 1
            kept[name] += one[:4] in gold
    return {name: Counts(kept[name], number) for name, number in seen.items()}


def _rule(doc: Doc, layer: str, span: Span) -> str:
    marks: dict[Any, Any] = doc.user_data
    known = marks.get(("curator", layer, span.start_char, span.end_char))
    return _NAMELESS if known is None else str(known[1])


def _aligned(borders: Borders, one: Opinion) -> Proposal | None:
    """Return a trained pipeline's span where it ends at tokens of the document; what no rule could say is left out."""
    rule = "model:sure" if one.score is not None and one.score >= _SURE else "model"
    return Proposal(one.layer, one.start, one.end, one.label, rule) if borders.fits(one.start, one.end) else None


def _judged(one: Proposal, keys: set[tuple[Any, ...]], said: Mapping[str, set[int]]) -> Proposal:
    if one[:4] in keys:
        return one._replace(rule=f"{one.rule}+model")
    return one._replace(rule=f"{one.rule}|model") if _meets(one, said) else one


def _covered(found: Iterable[Proposal]) -> dict[str, set[int]]:
    """Return the places of a text that proposals of each layer cover."""
    places: dict[str, set[int]] = {}
    for one in found:
        places.setdefault(one.layer, set()).update(range(one.start, one.end))
    return places


def _meets(one: Proposal, covered: Mapping[str, set[int]]) -> bool:
    return not covered.get(one.layer, set()).isdisjoint(range(one.start, one.end))


def _choose(scored: Iterable[tuple[float, Proposal]]) -> Iterator[tuple[float, Proposal]]:
    taken: dict[str, set[int]] = {}
    for chance, one in sorted(scored, key=lambda pair: (-pair[0], pair[1].start - pair[1].end, pair[1])):
        places = range(one.start, one.end)
        if taken.setdefault(one.layer, set()).isdisjoint(places):
            taken[one.layer].update(places)
            yield chance, one
