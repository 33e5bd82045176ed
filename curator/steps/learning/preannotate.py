"""Predictions for documents that lack them."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from curator.domain.document import Arrival, Document
from curator.domain.errors import InputRefused
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.schema import LabelSchema
from curator.domain.span import Span, span_order
from curator.steps.in_force.pipeline import PipelineInForce, put_in_force
from curator.steps.intake.ingest import arrive
from curator.steps.ports.documents import Language, LeftOut, Reader, Refused
from curator.steps.ports.pipelines import Pipeline
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_documents import ArrivedDocument

_BATCH = 64


@dataclass(slots=True)
class Preannotated:
    """What a pre-annotation did: how many documents, by which pipeline, and what of its spans was left out.

    `causes` holds document and cause of each item that was left out.
    """

    pipeline: PipelineId
    documents: int = 0
    causes: list[tuple[str, str]] = field(default_factory=list)


def preannotate_stored(
    pipeline: Pipeline, store: Store, progress: Progress, *, source: str, configured: str
) -> Preannotated:
    """Predict every stored document that has no prediction by this pipeline's digest.

    What the pipeline finds and a prediction cannot hold is quarantined. The pipeline, whose name or path is `source`,
    is in force from then on, instead of the configured one. Idempotent; an interrupted run goes on where it stopped.
    """
    report = Preannotated(pipeline.id)
    with store.reading() as transaction:
        until = transaction.seq
        total = transaction.documents.count_lacking(pipeline.id, until)
    # The pipeline may read ahead of what it yields: the documents it has read wait here.
    read: deque[str] = deque()

    def texts() -> Iterator[str]:
        for document in _lacking(pipeline.id, until, store):
            read.append(document.id)
            yield document.text

    predictions = (Prediction(read.popleft(), pipeline.id, content) for content in pipeline.annotate(texts()))
    while batch := list(islice(predictions, _BATCH)):
        _store_batch(batch, store, report)
        progress(report.documents, total)
    if read:
        raise ValueError(f"the pipeline left {len(read)} texts without an answer")
    with store.writing() as transaction:
        transaction.documents.set_predicted(pipeline.id, until)
        put_in_force(transaction, PipelineInForce(source, configured, pipeline.id))
    return report


def _lacking(pipeline: PipelineId, until: int, store: Store) -> Iterator[Document]:
    """Yield the documents that lack a prediction, some a transaction, so that none stays open while they are read."""
    last: ArrivedDocument | None = None
    while True:
        with store.reading() as transaction:
            arrived = transaction.documents.lacking_prediction(pipeline, until, _BATCH, last)
        if not arrived:
            return
        for last in arrived:
            yield last.document


def _store_batch(predictions: Sequence[Prediction], store: Store, report: Preannotated) -> None:
    with store.writing() as transaction:
        transaction.documents.add_predictions(predictions)
        for prediction in predictions:
            problems = prediction.content.problems
            if problems:
                origin = f"{prediction.pipeline}, {prediction.document}"
                transaction.quarantine.add(origin, prediction.document, problems)
                report.causes += [(prediction.document, problem.cause) for problem in problems]
    report.documents += len(predictions)


def preannotate_paths(
    paths: Sequence[str],
    *,
    pipeline: Pipeline,
    reader: Reader,
    language: Language,
    schema: LabelSchema,
    refused: list[Refused],
    causes: list[tuple[str, str]],
) -> Iterator[dict[str, Any]]:
    """Yield the predicted record of every document at the paths, in their order; nothing is stored.

    What cannot be taken in is appended to `refused`; place and cause of what a pipeline finds and a record cannot hold,
    to `causes`.
    """
    # The pipeline may read ahead of what it yields: the documents it has read wait here.
    read: deque[Arrival] = deque()

    def texts() -> Iterator[str]:
        for arrival in _arrivals(paths, reader, language, schema, refused):
            read.append(arrival)
            yield arrival.document.text

    for content in pipeline.annotate(texts()):
        arrival = read.popleft()
        document = arrival.document
        causes += [(arrival.source.name, problem.cause) for problem in content.problems]
        spans: dict[str, list[dict[str, Any]]] = {layer: [] for layer in schema.layer_names}
        for span in sorted(content.spans, key=span_order):
            spans.setdefault(span.layer, []).append(predicted_span(span, document.text))
        yield {
            "id": document.id,
            "source": arrival.source.name,
            "text": document.text,
            "lang": document.lang,
            "spans": spans,
            "pipeline": str(pipeline.id),
        }


def _arrivals(
    paths: Sequence[str], reader: Reader, language: Language, schema: LabelSchema, refused: list[Refused]
) -> Iterator[Arrival]:
    for document in reader.read(paths):
        if isinstance(document, Refused):
            refused.append(document)
            continue
        if isinstance(document, LeftOut):
            error = InputRefused(f"it was {document.cause} where it was annotated", document.name, "leave it out")
            refused.append(Refused(document.name, error))
            continue
        try:
            yield arrive(document, language, schema)
        except InputRefused as error:
            refused.append(Refused(document.name, error))


def predicted_span(span: Span, text: str) -> dict[str, Any]:
    """Return a predicted span as the JSON object that `preannotate` writes."""
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "text": text[span.start : span.end],
        "score": span.score,
        "rule": span.rule,
    }
