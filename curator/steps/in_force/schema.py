"""The schema in force: what may change under documents that are labelled already."""

from collections.abc import Iterable

from curator.domain.errors import SchemaError
from curator.domain.label_changes import label_changes
from curator.domain.label_names import label_names
from curator.domain.schema import LabelSchema, schema_from_value
from curator.steps.ports.store import SequencedSettings, Store

_NAME = "schema"


def schema_in_force(settings: SequencedSettings, as_of: int | None = None) -> LabelSchema | None:
    """Return the schema in force, or in force at a sequence number; None before the first one."""
    value = settings.get(_NAME, as_of)
    return None if value is None else schema_from_value(value, "the store")


def check_schema(store: Store, schema: LabelSchema, where: str) -> bool:
    """Return whether this schema could take the place of the one in force and is another.

    Raises SchemaError where something would vanish or change its meaning.
    """
    with store.reading() as transaction:
        before = schema_in_force(transaction.settings)
    if before is None or before.hash == schema.hash:
        return before is None
    _refuse_vanished(before, schema, where)
    return True


def adopt_schema(store: Store, schema: LabelSchema, where: str) -> list[str]:
    """Make this the schema in force and return what changed against the one before, one line each. Idempotent.

    Adding labels, layers, relations and attributes, and changing colours, keys and descriptions, is a migration
    without consequence for what is stored. Raises SchemaError as `check_schema` does.
    """
    if not check_schema(store, schema, where):
        return []
    with store.writing() as transaction:
        before = schema_in_force(transaction.settings)
        transaction.settings.put(_NAME, schema.value)
        if before is None:
            return []
        _refuse_vanished(before, schema, where)
        changes = list(label_changes(before, schema))
        become = {f"label {change.layer}/{label}" for change in changes for label in change.after}
        added = [f"added {name}" for name in _minus(schema, before) if name not in become]
        return [*map(str, changes), *added] or ["changed titles, colours, keys or descriptions"]


def _refuse_vanished(before: LabelSchema, after: LabelSchema, where: str) -> None:
    gone = vanished(before, after)
    if gone:
        raise SchemaError(
            f"the label schema no longer has {', '.join(gone)}, which stored documents may bear",
            where,
            "put it back, or start a new workspace with --workspace",
            gone=tuple(gone),
        )


def vanished(before: LabelSchema, after: LabelSchema) -> list[str]:
    """Return the names of what a schema has and its successor lacks, and does not know as a former name either."""
    return [*_minus(before, after), *_forgotten(before, after)]


def _forgotten(before: LabelSchema, after: LabelSchema) -> Iterable[str]:
    """Name the former labels of a schema of which its successor does not say what they are read as."""
    names = label_names(after)
    for layer, formers in label_names(before).former.items():
        if layer in names.current:
            yield from (f"former label {layer}/{label}" for label in formers if not names.knows(layer, label))


def _minus(left: LabelSchema, right: LabelSchema) -> Iterable[str]:
    """Name what the left schema has and the right one has not."""
    if left.language != right.language:
        yield f"language {left.language}"
    names = label_names(right)
    labels = right.labels_of
    for layer in left.layers:
        if layer.name not in labels:
            yield f"layer {layer.name}"
            continue
        yield from (
            f"label {layer.name}/{label.name}" for label in layer.labels if not names.knows(layer.name, label.name)
        )
    yield from (f"relation {name}" for name in sorted(left.relation_names - right.relation_names))
    kinds = {attribute.name: attribute for attribute in right.attributes}
    for attribute in left.attributes:
        kind = kinds.get(attribute.name)
        if kind is None or kind.per_region != attribute.per_region or bool(kind.choices) != bool(attribute.choices):
            yield f"attribute {attribute.name}"
        else:
            yield from (f"choice {attribute.name}/{name}" for name in attribute.choices if name not in kind.choices)
