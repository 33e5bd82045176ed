"""Content against a text and a schema: what fits is kept, what does not is a problem with a name."""

import json
from collections.abc import Collection

from curator.domain.schema import LabelSchema
from curator.domain.span import (
    DIRECTIONS,
    DOCUMENT,
    Attribute,
    Content,
    Problem,
    Relation,
    Span,
    attribute_value,
    offsets_fault,
    relation_value,
)

_MALFORMED = "malformed-item"


def fit(content: Content, text: str, schema: LabelSchema) -> Content:
    """Return content as far as it fits a text and a schema; all else is among its problems, by name. Idempotent."""
    problems = list(content.problems)
    spans: list[Span] = []
    for span in content.spans:
        if cause := offsets_fault(span.start, span.end, text) or _span_fault(span, schema):
            problems.append(Problem(cause, span.id))
        else:
            spans.append(span)
    present = {span.id for span in spans}
    relations: list[Relation] = []
    for relation in content.relations:
        if cause := _relation_fault(relation, present, schema):
            problems.append(Problem(cause, relation_value(relation)))
        else:
            relations.append(relation)
    attributes: list[Attribute] = []
    for attribute in content.attributes:
        if cause := _attribute_fault(attribute, present, schema):
            problems.append(Problem(cause, repr(attribute) if cause == _MALFORMED else attribute_value(attribute)))
        else:
            attributes.append(attribute)
    return Content(tuple(spans), tuple(relations), tuple(attributes), tuple(problems))


def _span_fault(span: Span, schema: LabelSchema) -> str | None:
    return None if span.label in schema.labels_of.get(span.layer, frozenset()) else "unknown-label"


def _relation_fault(relation: Relation, present: Collection[str], schema: LabelSchema) -> str | None:
    if relation.label not in schema.relation_names or relation.direction not in DIRECTIONS:
        return "unknown-relation"
    return None if relation.head in present and relation.child in present else "relation-without-span"


def _attribute_fault(attribute: Attribute, present: Collection[str], schema: LabelSchema) -> str | None:
    if not _is_storable([attribute.name, attribute.value]):
        return _MALFORMED
    if attribute.on != DOCUMENT and attribute.on not in present:
        return "attribute-without-span"
    return None if schema.allows(attribute.name, attribute.value) else "unknown-choice"


def _is_storable(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError):
        return False
    return True
