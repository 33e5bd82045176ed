"""A policy for tests alone: the spans that at least so many annotators agree on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from curator.domain.policies.kind import Outcome, Parameter, PolicyKind, ReadAnnotation
from curator.domain.span import DOCUMENT, Attribute, Relation, Span

Item = TypeVar("Item", Span, Relation, Attribute)


def _agreed(items_of: Iterable[Iterable[Item]], least: int) -> list[Item]:
    # By their representation, as an attribute may have a list for its value.
    voters = [{repr(item): item for item in items} for items in items_of]
    votes = Counter(name for named in voters for name in named)
    items = {name: item for named in voters for name, item in named.items()}
    return [item for name, item in items.items() if votes[name] >= least]


def _decide(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Outcome | None:
    if not annotations:
        return None
    contents = [annotation.content for annotation in annotations]
    least = parameters["least"]
    spans = _agreed((content.spans for content in contents), least)
    ids = {span.id for span in spans}
    relations = _agreed((content.relations for content in contents), parameters["least_relations"])
    attributes = _agreed((content.attributes for content in contents), least)
    return Outcome(
        contributors=tuple(reversed(annotations)),
        spans=tuple(spans),
        relations=tuple(relation for relation in relations if {relation.head, relation.child} <= ids),
        attributes=tuple(attribute for attribute in attributes if attribute.on in ids | {DOCUMENT}),
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


QUORUM = PolicyKind(
    _decide,
    {
        "least": Parameter(2, _is_count, "a whole number from 1"),
        "least_relations": Parameter(1, _is_count, "a whole number from 1"),
    },
)
