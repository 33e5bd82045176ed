"""The keys of imported annotations: what is stored already is known again by its content, all else is numbered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from curator.domain.annotation import AnnotationState, Revision
from curator.domain.canonical import canonical_json, digest
from curator.domain.span import Content

_ESCAPED = {ord(char): f"%{ord(char):02X}" for char in "%/#"}
"""What parts of keys are written with, so that no two of them make the same key."""


def named(document: str, annotator: str, key: str) -> str:
    """Return what the keys begin with that annotations of a document, an annotator and a key in the file have."""
    return "/".join(part.translate(_ESCAPED) for part in (document, annotator, key) if part)


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """An annotation before it has its key: what its key begins with, and the digests of what it says.

    `stored` is of what a revision says, `own` of that and of what does not fit.
    """

    name: str
    stored: str
    own: str


def unnumbered(name: str, body: Mapping[str, Any], content: Content, *, skipped: bool) -> Unnumbered:
    """Return an annotation, with its content and the body that it will be stored with, before it has its key."""
    problems = sorted(canonical_json(problem.item) for problem in content.problems)
    stored = digest([body, skipped])
    return Unnumbered(name, stored, digest([stored, problems]))


@dataclass(frozen=True, slots=True)
class ImportedKeys:
    """The keys that one import gives out: NAME, NAME#2, …, each to one annotation."""

    _numbers: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _met: set[tuple[str, str]] = field(default_factory=set)

    def recognise(self, annotations: Iterable[Unnumbered], known: Mapping[str, Revision]) -> None:
        """Keep for each annotation the key under which a revision says the same, where no other one has it."""
        stored: dict[tuple[str, str], list[int]] = defaultdict(list)
        for key, revision in known.items():
            if revision.state is not None:
                name, _, number = key.partition("#")
                says = digest([revision.state.body, revision.state.skipped])
                stored[name, says].append(int(number or 1))
        for annotation in annotations:
            numbers = self._numbers[annotation.name]
            free = set(stored.get((annotation.name, annotation.stored), ())) - set(numbers.values())
            if free and annotation.own not in numbers:
                numbers[annotation.own] = min(free)

    def key(self, annotation: Unnumbered) -> str | None:
        """Return the key of an annotation, the first free one where none is kept for it.

        None for one that this import had already, word by word.
        """
        if (annotation.name, annotation.own) in self._met:
            return None
        self._met.add((annotation.name, annotation.own))
        numbers = self._numbers[annotation.name]
        if annotation.own not in numbers:
            taken = set(numbers.values())
            numbers[annotation.own] = next(number for number in count(1) if number not in taken)
        number = numbers[annotation.own]
        return annotation.name if number == 1 else f"{annotation.name}#{number}"

    def release(self, annotation: Unnumbered) -> None:
        """Give back the key of an annotation that is not stored."""
        self._numbers[annotation.name].pop(annotation.own, None)


def is_same(state: AnnotationState, before: AnnotationState | None) -> bool:
    """Say whether an annotation is as it was, but for the time."""
    if before is None or not says_same(state, before):
        return False
    return replace(state, updated_at=before.updated_at, body=before.body) == before


def says_same(state: AnnotationState, before: AnnotationState) -> bool:
    """Say whether an annotation has the content that it had."""
    return state.skipped == before.skipped and canonical_json(state.body) == canonical_json(before.body)
