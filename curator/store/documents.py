"""Documents, their sources, splits and predictions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from curator.domain.canonical import digest
from curator.domain.document import Arrival, Document, Source
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.span import content_from_value, content_value
from curator.domain.split import Assignment
from curator.steps.ports.stored_documents import ArrivedDocument, NumberedPrediction
from curator.store import standing
from curator.store.rows import chunks, insert_missing
from curator.store.tables import (
    DocumentRow,
    PersonDecisionRow,
    PredictedUntil,
    PredictionRow,
    RevisionRow,
    SourceRow,
    SplitRow,
    WaitingRow,
)

_BATCH = 400


class DocumentTable:
    """Implements the port `Documents`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def add(self, arrivals: Sequence[Arrival]) -> tuple[int, int]:
        documents: dict[str, dict[str, Any]] = {}
        for document in (arrival.document for arrival in arrivals):
            documents[document.id] = {"id": document.id, "seq": self._seq, "lang": document.lang, "text": document.text}
        added = insert_missing(self._connection, DocumentRow, list(documents.values()))
        for chunk in chunks(documents, _BATCH) if added else ():
            new = select(DocumentRow.id).where(DocumentRow.id.in_(chunk), DocumentRow.seq == self._seq)
            waiting = [{"document": document} for document in self._connection.scalars(new)]
            insert_missing(self._connection, WaitingRow, waiting)
        places = insert_missing(self._connection, SourceRow, [self._source_row(arrival.source) for arrival in arrivals])
        standing.sources_added(self._connection, self._seq, documents)
        return added, places

    def _source_row(self, source: Source) -> dict[str, Any]:
        return {
            "seq": self._seq,
            "document": source.document,
            "name": source.name,
            "raw_sha256": source.raw_sha256,
            "encoding": source.encoding,
            "meta": dict(source.meta),
            "meta_digest": digest([dict(source.meta), source.split]),
            "split": source.split,
        }

    def text(self, document: str) -> str | None:
        return self._connection.scalar(select(DocumentRow.text).where(DocumentRow.id == document))

    def all(self, as_of: int | None = None) -> Iterator[Document]:
        query = select(DocumentRow.id, DocumentRow.text, DocumentRow.lang).order_by(DocumentRow.id)
        if as_of is not None:
            query = query.where(DocumentRow.seq <= as_of)
        for row in self._connection.execute(query.execution_options(yield_per=_BATCH)):
            yield Document(row.id, row.text, row.lang)

    def by_id(self, documents: Iterable[str]) -> dict[str, Document]:
        by_id: dict[str, Document] = {}
        for chunk in chunks(documents, _BATCH):
            query = select(DocumentRow.id, DocumentRow.text, DocumentRow.lang).where(DocumentRow.id.in_(chunk))
            by_id |= {row.id: Document(row.id, row.text, row.lang) for row in self._connection.execute(query)}
        return by_id

    def first_sources(self, documents: Iterable[str]) -> dict[str, str]:
        names: dict[str, str] = {}
        for chunk in chunks(documents, _BATCH):
            first = select(func.min(SourceRow.id)).where(SourceRow.document.in_(chunk)).group_by(SourceRow.document)
            rows = self._connection.execute(select(SourceRow.document, SourceRow.name).where(SourceRow.id.in_(first)))
            names |= {row.document: row.name for row in rows}
        return names

    def describing_sources(self, documents: Iterable[str], as_of: int) -> dict[str, tuple[int, Source]]:
        describing: dict[str, tuple[int, Source]] = {}
        for chunk in chunks(documents, _BATCH):
            query = select(SourceRow.__table__).where(SourceRow.document.in_(chunk), SourceRow.seq <= as_of)
            for row in self._connection.execute(query.order_by(SourceRow.id)):
                if row.meta or row.document not in describing:
                    source = Source(row.document, row.name, row.raw_sha256, row.encoding, row.meta, row.split)
                    describing[row.document] = (row.id, source)
        return describing

    def assign(self, assignments: Sequence[Assignment]) -> None:
        rows = [
            {
                "document": assignment.document,
                "seq": self._seq,
                "split": assignment.split,
                "reason": assignment.reason,
            }
            for assignment in assignments
        ]
        insert_missing(self._connection, SplitRow, rows)

    def splits(self, as_of: int, documents: Iterable[str] | None = None) -> dict[str, Assignment]:
        query = select(SplitRow.__table__).where(SplitRow.seq <= as_of)
        queries = (
            [query]
            if documents is None
            else [query.where(SplitRow.document.in_(chunk)) for chunk in chunks(documents, _BATCH)]
        )
        rows = chain.from_iterable(self._connection.execute(query) for query in queries)
        return {row.document: Assignment(row.document, row.split, row.reason) for row in rows}

    def have_splits(self) -> bool:
        return self._connection.scalar(select(SplitRow.document).limit(1)) is not None

    def lacking_prediction(
        self, pipeline: PipelineId, until: int, limit: int, after: ArrivedDocument | None = None
    ) -> list[ArrivedDocument]:
        row = DocumentRow
        query = select(row.seq, row.id, row.text, row.lang).where(*self._lacks(pipeline, until))
        if after is not None:
            query = query.where(row.seq >= after.seq, (row.seq > after.seq) | (row.id > after.document.id))
        rows = self._connection.execute(query.order_by(row.seq, row.id).limit(limit))
        return [ArrivedDocument(row.seq, Document(row.id, row.text, row.lang)) for row in rows]

    def count_lacking(self, pipeline: PipelineId, until: int) -> int:
        query = select(func.count()).select_from(DocumentRow).where(*self._lacks(pipeline, until))
        return self._connection.scalar(query) or 0

    def _lacks(self, pipeline: PipelineId, until: int) -> list[ColumnElement[bool]]:
        """Return what holds of a document without a prediction; those that are known to have one are not looked at."""
        of_pipeline = (PredictedUntil.pipeline == pipeline.name, PredictedUntil.digest == pipeline.digest)
        known = self._connection.scalar(select(PredictedUntil.seq).where(*of_pipeline)) or 0
        predicted = exists().where(
            PredictionRow.document == DocumentRow.id,
            PredictionRow.pipeline == pipeline.name,
            PredictionRow.digest == pipeline.digest,
        )
        return [DocumentRow.seq > known, DocumentRow.seq <= until, ~predicted]

    def set_predicted(self, pipeline: PipelineId, until: int) -> None:
        row = {"pipeline": pipeline.name, "digest": pipeline.digest, "seq": until}
        insert_missing(self._connection, PredictedUntil, [row])
        of_pipeline = (PredictedUntil.pipeline == pipeline.name, PredictedUntil.digest == pipeline.digest)
        # Of two runs at the same time the one that began earlier may end later.
        grown = update(PredictedUntil).where(*of_pipeline, PredictedUntil.seq < until).values(seq=until)
        self._connection.execute(grown)

    def add_predictions(self, predictions: Sequence[Prediction]) -> int:
        rows = [
            {
                "seq": self._seq,
                "document": prediction.document,
                "pipeline": prediction.pipeline.name,
                "digest": prediction.pipeline.digest,
                "content": content_value(prediction.content),
                "expected_corrections": prediction.expected_corrections,
            }
            for prediction in predictions
        ]
        added = insert_missing(self._connection, PredictionRow, rows)
        standing.predictions_added(self._connection, self._seq, predictions)
        return added

    def unannotated_predictions(self, after: str, limit: int, as_of: int) -> list[NumberedPrediction]:
        of_document = (PredictionRow.document == DocumentRow.id, PredictionRow.seq <= as_of)
        newest = select(func.max(PredictionRow.id)).where(*of_document, PredictionRow.pipeline != GIVEN)
        counting = (RevisionRow.document == DocumentRow.id, RevisionRow.seq <= as_of, RevisionRow.counts)
        annotated = exists().where(*counting)
        decided = exists().where(PersonDecisionRow.document == DocumentRow.id, PersonDecisionRow.seq <= as_of)
        numbers = (
            select(newest.correlate(DocumentRow).scalar_subquery().label("number"))
            .where(DocumentRow.id > after, DocumentRow.seq <= as_of, ~annotated, ~decided)
            .where(exists().where(*of_document, PredictionRow.pipeline != GIVEN))
            .order_by(DocumentRow.id)
            .limit(limit)
        )
        rows: list[NumberedPrediction] = []
        for chunk in chunks(list(self._connection.scalars(numbers)), _BATCH):
            for row in self._connection.execute(select(PredictionRow.__table__).where(PredictionRow.id.in_(chunk))):
                pipeline = PipelineId(row.pipeline, row.digest)
                rows.append(
                    NumberedPrediction(row.id, Prediction(row.document, pipeline, content_from_value(row.content)))
                )
        return sorted(rows, key=lambda numbered: numbered.prediction.document)

    def counts(self) -> dict[str, Any]:
        count = self._connection.scalar
        return {
            "documents": count(select(func.count()).select_from(DocumentRow)),
            "predictions": count(select(func.count()).select_from(PredictionRow)),
        }
