"""The configured label schema."""

from collections.abc import Callable

from curator.bootstrap.context import Context
from curator.domain.schema import LabelSchema
from curator.files.schema_file import read_schema
from curator.steps.in_force.schema import adopt_schema
from curator.steps.ports.store import Store


def configured_schema(context: Context) -> LabelSchema:
    """Return the label schema of the configured file. Raises SchemaError where it is missing or not well formed."""
    return read_schema(context.settings.label_schema)


def adopt_configured(context: Context, store: Store, say: Callable[[str], None]) -> LabelSchema:
    """Put the configured schema in force, say what changed, one line each, and return it. Raises SchemaError."""
    schema = configured_schema(context)
    for change in adopt_schema(store, schema, str(context.settings.label_schema)):
        say(f"label schema: {change}")
    return schema
