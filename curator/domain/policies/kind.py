"""What a policy is made of: the annotations it is given, its parameters and its outcome."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.annotation import AnnotationState
from curator.domain.span import Attribute, Content, Relation, Span


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
    """

    contributors: tuple[ReadAnnotation, ...]
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    @property
    def content(self) -> Content:
        return Content(self.spans, self.relations, self.attributes)


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
    depends on nothing else, and returns None where they decide nothing.
    """

    decide: Callable[[Sequence[ReadAnnotation], Mapping[str, Any]], Outcome | None]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
