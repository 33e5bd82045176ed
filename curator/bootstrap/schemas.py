"""The configured label schema."""

from collections.abc import Callable

from curator.bootstrap.context import Context
from curator.domain.schema import LabelSchema
from curator.files.schema_file import read_schema
from curator.steps.in_force.schema import adopt_schema, check_schema, schema_in_force
from curator.steps.ports.store import Store


def configured_schema(context: Context) -> LabelSchema:
    """Return the label schema of the configured file. Raises SchemaError where it is missing or not well formed."""
    return read_schema(context.settings.label_schema)


def adopt_configured(context: Context, store: Store, say: Callable[[str], None]) -> LabelSchema:
    """Return the configured schema, put in force unless a project in Label Studio must take it first.

    Raises SchemaError. A push has Label Studio take it; until then the one before stays in force, which is said.
    """
    schema, where = configured_schema(context), str(context.settings.label_schema)
    with store.reading() as transaction:
        is_first = schema_in_force(transaction.settings) is None or not transaction.tasks.has_any_project()
    if is_first:
        for change in adopt_schema(store, schema, where):
            say(f"label schema: {change}")
    elif check_schema(store, schema, where):
        say(f"label schema: {where} has changed; `curator push` brings it to Label Studio, then it is in force")
    return schema
