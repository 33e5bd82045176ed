"""Predictions for documents that nothing stores; what a store needs is not loaded."""

from collections.abc import Iterator, Sequence
from typing import Any

from curator.bootstrap.context import Context
from curator.bootstrap.pipelines import load_pipeline, pipeline_source
from curator.bootstrap.schemas import configured_schema
from curator.domain.prediction import PipelineId
from curator.files.documents import FileReader
from curator.files.language import detect_language
from curator.steps.learning.preannotate import preannotate_paths
from curator.steps.ports.documents import Refused


def preannotate_documents(
    context: Context,
    paths: Sequence[str],
    name: str | None,
    workers: int | None,
    refused: list[Refused],
    causes: list[tuple[str, str]],
) -> tuple[Iterator[dict[str, Any]], PipelineId]:
    """Return the predicted records of the documents at the paths, made as they are asked for, and the pipeline's id.

    Nothing is stored; what cannot be taken in is appended to `refused`, what is left out of the spans to `causes`.
    """
    pipeline = load_pipeline(context, pipeline_source(context, name), workers)
    records = preannotate_paths(
        paths,
        pipeline=pipeline,
        reader=FileReader(context.settings.ingest.max_text_bytes),
        language=detect_language,
        schema=configured_schema(context),
        refused=refused,
        causes=causes,
    )
    return records, pipeline.id
