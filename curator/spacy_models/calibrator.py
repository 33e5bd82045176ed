"""Scoring what rules and trained pipeline propose, and choosing among it by the chance that a reviewer keeps it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from spacy.tokens import Doc, Span

from curator.domain.errors import CuratorError
from curator.domain.overlaps import Stretches
from curator.domain.record import Record
from curator.spacy_models.borders import Borders
from curator.spacy_models.chances import ChanceTable, Counts, read_counts
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
        self._table = ChanceTable(read_counts(Path(table)))
        self._least = least

    def __call__(self, doc: Doc) -> Doc:
        scored = [(self._table.chance(span.layer, span.rule, span.label), span) for span in proposals(doc)]
        forget(doc)
        chosen = list(_without_overlaps((chance, span) for chance, span in scored if chance >= self._least))
        marks: dict[Any, Any] = doc.user_data
        for chance, span in chosen:
            marks["curator", span.layer, span.start, span.end] = (chance, span.rule)
        borders = Borders(doc)
        doc.ents = tuple(borders.span(*span[1:4]) for _, span in chosen if span.layer == "entities")
        for layer in {*doc.spans, *(span.layer for _, span in chosen)} - {"entities"}:
            doc.spans[layer] = [borders.span(*span[1:4]) for _, span in chosen if span.layer == layer]
        return doc


def proposals(doc: Doc) -> Iterator[Proposal]:
    """Yield what rules and trained pipeline propose in a document, each with who agrees, in text order."""
    model_opinions = opinions(doc)
    by_rules = [
        Proposal(layer, span.start_char, span.end_char, span.label_, _rule(doc, layer, span))
        for layer, group in (("entities", doc.ents), *doc.spans.items())
        for span in group
    ]
    if model_opinions is None:
        yield from by_rules
        return
    borders = Borders(doc)
    by_model = [span for span in (_aligned(borders, opinion) for opinion in model_opinions) if span is not None]
    model_keys, model_places = {span[:4] for span in by_model}, _covered_places(by_model)
    rule_keys, rule_places = {span[:4] for span in by_rules}, _covered_places(by_rules)
    spans = [_with_agreement(span, model_keys, model_places) for span in by_rules]
    for span in by_model:
        if span[:4] not in rule_keys:
            spans.append(span._replace(rule="model|rules") if _touches(span, rule_places) else span)
    yield from sorted(spans)


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
        for span in proposals(doc):
            name = (span.layer, span.rule, span.label)
            seen[name] += 1
            kept[name] += span[:4] in gold
    return {name: Counts(kept[name], number) for name, number in seen.items()}


def _rule(doc: Doc, layer: str, span: Span) -> str:
    marks: dict[Any, Any] = doc.user_data
    known = marks.get(("curator", layer, span.start_char, span.end_char))
    return _NAMELESS if known is None else str(known[1])


def _aligned(borders: Borders, opinion: Opinion) -> Proposal | None:
    """Return a trained pipeline's span where it ends at tokens of the document; what no rule could say is left out."""
    rule = "model:sure" if opinion.score is not None and opinion.score >= _SURE else "model"
    if not borders.fits(opinion.start, opinion.end):
        return None
    return Proposal(opinion.layer, opinion.start, opinion.end, opinion.label, rule)


def _with_agreement(
    proposal: Proposal, model_keys: set[tuple[Any, ...]], model_places: Mapping[str, Stretches]
) -> Proposal:
    if proposal[:4] in model_keys:
        return proposal._replace(rule=f"{proposal.rule}+model")
    return proposal._replace(rule=f"{proposal.rule}|model") if _touches(proposal, model_places) else proposal


def _covered_places(spans: Iterable[Proposal]) -> dict[str, Stretches]:
    """Return what proposals of each layer cover of a text."""
    of_layer: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        of_layer.setdefault(span.layer, []).append((span.start, span.end))
    return {layer: Stretches.covering(stretches) for layer, stretches in of_layer.items()}


def _touches(proposal: Proposal, covered: Mapping[str, Stretches]) -> bool:
    stretches = covered.get(proposal.layer)
    return stretches is not None and stretches.touch(proposal.start, proposal.end)


def _without_overlaps(scored: Iterable[tuple[float, Proposal]]) -> Iterator[tuple[float, Proposal]]:
    taken: defaultdict[str, Stretches] = defaultdict(Stretches)
    for chance, span in sorted(scored, key=lambda pair: (-pair[0], pair[1].start - pair[1].end, pair[1])):
        if not taken[span.layer].touch(span.start, span.end):
            taken[span.layer].add(span.start, span.end)
            yield chance, span
