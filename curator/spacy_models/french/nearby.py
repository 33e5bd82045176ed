"""Spans asked for by place, at a cost that does not grow with the text."""

from collections.abc import Iterable

from curator.spacy_models.french.rule_spans import RuleSpan

_WIDTH = 64


class Nearby:
    """Spans of a text by where they are."""

    def __init__(self, spans: Iterable[RuleSpan]) -> None:
        self._stretches: dict[int, list[tuple[int, RuleSpan]]] = {}
        for number, span in enumerate(spans):
            for stretch in _stretches(span.start, span.end):
                self._stretches.setdefault(stretch, []).append((number, span))

    def touching(self, start: int, end: int) -> list[RuleSpan]:
        """Return the spans that have a place in this range, in the order in which they were given."""
        near: dict[int, RuleSpan] = {}
        for stretch in _stretches(start, end):
            near.update(pair for pair in self._stretches.get(stretch, ()) if pair[1].overlaps(start, end))
        return [near[number] for number in sorted(near)]


def _stretches(start: int, end: int) -> range:
    return range(start // _WIDTH, (end - 1) // _WIDTH + 1)
