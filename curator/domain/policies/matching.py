"""Which spans of several annotations are the same: those of the same offsets, or those that overlap as well."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from curator.domain.policies.kind import ReadAnnotation
from curator.domain.span import Span

_LEVELS = 8
"""How many spans of one annotation that overlap under one label are told from each other."""


@dataclass(slots=True)
class Group:
    """Spans that count as one: the one that stands for all, and the numbers of the annotations that have one of them.

    `tied` are the ids of those that as many annotations have as have the one that stands for all.
    """

    span: Span
    voters: set[int] = field(default_factory=set)
    tied: set[str] = field(default_factory=set)


Groups = dict[tuple[int, str], Group]
"""The group of each span, by the number of its annotation and its id."""


def matched(annotations: Sequence[ReadAnnotation], *, overlap: bool) -> Groups:
    """Return the groups of all spans, whatever the order of the annotations; layers and labels are never mixed.

    With `overlap`, the span that most annotations have stands for those that overlap it, the longest of several, then
    the first; of one annotation a group holds one span, as far as its others find a group too.
    """
    spans: dict[str, Span] = {}
    choosers: dict[str, set[int]] = {}
    for annotation in annotations:
        for span in annotation.content.spans:
            spans.setdefault(span.id, span)
            choosers.setdefault(span.id, set()).add(annotation.number)
    if not overlap or len(annotations) < 2:
        exact = {name: Group(span, choosers[name]) for name, span in spans.items()}
        return {(number, name): group for name, group in exact.items() for number in group.voters}
    groups: Groups = {}
    taken: dict[tuple[str, str], list[_Level]] = {}
    for span in sorted(spans.values(), key=lambda span: (-len(choosers[span.id]), span.start - span.end, span.key)):
        name = (span.layer, span.label)
        if name not in taken:
            taken[name] = [_Level() for _ in range(_LEVELS)]
        _place(span, taken[name], groups, choosers)
    return groups


class _Level:
    """Groups of one layer and label whose spans do not overlap."""

    def __init__(self) -> None:
        self._stretches: list[tuple[int, int]] = []
        self._groups: dict[int, Group] = {}

    def overlapping(self, span: Span) -> Group | None:
        """Return the last of the groups whose spans overlap this one."""
        at = bisect_left(self._stretches, (span.end,))
        if at and self._stretches[at - 1][1] > span.start:
            return self._groups[self._stretches[at - 1][0]]
        return None

    def add(self, group: Group) -> None:
        insort(self._stretches, (group.span.start, group.span.end))
        self._groups[group.span.start] = group


def _place(span: Span, levels: list[_Level], groups: Groups, choosers: dict[str, set[int]]) -> None:
    """Put a span into the first group that it overlaps and that has none of the same annotation, or into its own."""
    numbers = choosers[span.id]
    rest = set(numbers)
    for level in levels:
        group = level.overlapping(span)
        if group is None:
            group = Group(span)
            level.add(group)
        joining = rest - group.voters
        if joining and group.span != span and len(choosers[group.span.id]) == len(numbers):
            group.tied.add(span.id)
        group.voters |= joining
        groups |= {(number, span.id): group for number in joining}
        rest -= joining
        if not rest:
            return
    group = Group(span, rest)
    groups |= {(number, span.id): group for number in rest}
