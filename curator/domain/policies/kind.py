"""What a policy is made of: the annotations it is given, its parameters and its outcome."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.annotation import AnnotationState
from curator.domain.span import Attribute, Content, Relation, Span

UNDECIDED = "undecided"
"""Why a document is left out of which nothing was decided."""

TIE = "tie"
"""Why something is left out that as many annotations speak for as speak against it."""

MATCHED = "matched"
"""Why something is left out that was taken as the same as something that overlaps it, which is there in its place."""

LEFT_OUT = "span-left-out"
"""Why a relation or an attribute is left out whose span is."""


@dataclass(frozen=True, slots=True)
class ReadAnnotation:
    """A current annotation of a document with its content, read against the schema.

    `number` is that of its newest revision.
    """

    number: int
    state: AnnotationState
    content: Content


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy takes from annotations: whose they are, and the spans, relations and attributes.

    Relations and attributes name spans by their ids. Of annotations with the same content an outcome holds one.
    `reasons` says why something of an annotation is left out, by the annotation's number and the span's id, the
    relation or the attribute's key, where it is not simply that the policy decided so. `moved` names the span that
    stands for one of an annotation, by number and id, where that is another one.
    """

    contributors: tuple[ReadAnnotation, ...]
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    reasons: Mapping[tuple[int, Hashable], str] = field(default_factory=dict)
    moved: Mapping[tuple[int, str], str] = field(default_factory=dict)

    @property
    def content(self) -> Content:
        return Content(self.spans, self.relations, self.attributes)


@dataclass(frozen=True, slots=True)
class Links:
    """The relations and attributes among spans that are decided already, and why others are left out."""

    relations: tuple[Relation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    reasons: Mapping[tuple[int, Hashable], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a policy, a JSON value: what it is where it is not given, and what it may be."""

    default: Any
    fits: Callable[[Any], bool]
    expected: str


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """How all policies of one name decide.

    `decide` takes the submitted annotations of a document, ordered by identity, and the value of every parameter. It
    depends on nothing else, and returns None where they decide nothing, for the reason `undecided`. `links` decides on
    relations and attributes alone, where each annotation is given with those of its spans that are decided; a policy
    without it cannot share a document with others.
    """

    decide: Callable[[Sequence[ReadAnnotation], Mapping[str, Any]], Outcome | None]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    links: Callable[[Sequence[ReadAnnotation], Mapping[str, Any]], Links] | None = None
    undecided: str = UNDECIDED
