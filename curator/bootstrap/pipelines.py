"""The pipeline that predicts: which one it is, and how its spans are read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from curator.bootstrap.context import Context
from curator.bootstrap.schemas import configured_schema
from curator.domain.errors import SettingsError
from curator.domain.label_names import label_names
from curator.domain.schema import LabelSchema
from curator.steps.in_force.pipeline import source_in_force

if TYPE_CHECKING:
    from curator.spacy_models.annotator import SpacyPipeline


def pipeline_source(context: Context, name: str | None = None) -> str:
    """Return a pipeline's name or path: the given one, else that of the pipeline in force, else the configured one.

    Without a workspace none is in force.
    """
    if name or not context.workspace.is_made():
        return name or context.settings.pipeline.name
    # Predicting what nothing stores needs no database, and loading what talks to one takes a third of a second.
    from curator.bootstrap.stores import open_store

    with open_store(context) as store:
        return source_in_force(store, context.settings.pipeline.name)


def load_pipeline(context: Context, source: str, workers: int | None = None) -> "SpacyPipeline":
    """Load a pipeline, to be read by the label schema and by what the settings say of the pipeline.

    Raises CuratorError where there is no such pipeline, SettingsError where a layer is none of the schema.
    """
    # The hook answers before spaCy is loaded: that takes seconds.
    from curator.spacy_models.annotator import SpacyPipeline
    from curator.spacy_models.reading import Reading

    configured = context.settings.pipeline
    schema = configured_schema(context)
    reading = Reading(
        schema.layer_names,
        schema.labels_of,
        label_names(schema),
        configured.label_map.get(source, {}),
        _sources(context, source, schema),
        configured.ignore.get(source, ()),
    )
    return SpacyPipeline(source, reading, workers or configured.workers)


def _sources(context: Context, source: str, schema: LabelSchema) -> Mapping[str, str]:
    """Return what each layer is read from, as far as the settings say so."""
    sources = context.settings.pipeline.span_groups.get(source, {})
    for layer in sorted(set(sources) - set(schema.layer_names)):
        what = f'layer {layer!r} under [pipeline.span_groups."{source}"] is not in the label schema'
        remedy = f"name one of {', '.join(schema.layer_names)}"
        raise SettingsError(what, str(context.config), remedy, name=f"pipeline.span_groups.{source}.{layer}")
    return sources
