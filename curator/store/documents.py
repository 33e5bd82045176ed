"""Documents, their sources, splits and predictions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from curator.domain.canonical import digest
from curator.domain.document import Arrival, Document, Source
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import content_value
from curator.domain.split import Assignment
from curator.steps.ports.stored_documents import UnassignedDocument
from curator.store import standing
from curator.store.rows import chunks, insert_missing
from curator.store.tables import Band, DocumentRow, PredictionRow, SourceRow, SplitRow

_BATCH = 400


class DocumentTable:
    """Implements the port `Documents`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def add(self, arrivals: Sequence[tuple[Arrival, Sequence[int]]]) -> tuple[int, int]:
        documents: dict[str, dict[str, Any]] = {}
        bands: dict[tuple[int, str], dict[str, Any]] = {}
        sources: list[dict[str, Any]] = []
        for arrival, signature in arrivals:
            document = arrival.document
            documents[document.id] = {"id": document.id, "seq": self._seq, "lang": document.lang, "text": document.text}
            bands |= {(band, document.id): {"hash": band, "document": document.id} for band in signature}
            sources.append(self._source_row(arrival.source))
        added = insert_missing(self._connection, DocumentRow, list(documents.values()))
        insert_missing(self._connection, Band, list(bands.values()))
        places = insert_missing(self._connection, SourceRow, sources)
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

    def unassigned(self, documents: Sequence[str] | None = None) -> list[UnassignedDocument]:
        given_split = (
            select(SourceRow.split)
            .where(SourceRow.document == DocumentRow.id, SourceRow.split.is_not(None))
            # Not the first that came: places that contradict each other must not make the order of files matter.
            .order_by(SourceRow.split)
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(DocumentRow.id, given_split.label("given_split"))
            .outerjoin(SplitRow, SplitRow.document == DocumentRow.id)
            .where(SplitRow.document.is_(None))
            .order_by(DocumentRow.id)
        )
        if documents is not None:
            query = query.where(DocumentRow.id.in_(documents))
        return [UnassignedDocument(row.id, row.given_split) for row in self._connection.execute(query)]

    def candidates(self, documents: Sequence[str]) -> dict[str, list[str]]:
        own, other = aliased(Band), aliased(Band)
        query = (
            select(own.document, other.document.label("candidate"))
            .distinct()
            .join(other, other.hash == own.hash)
            .outerjoin(SplitRow, SplitRow.document == other.document)
            .where(other.document != own.document, SplitRow.document.is_not(None) | other.document.in_(documents))
        )
        candidates: dict[str, list[str]] = {}
        for chunk in chunks(documents, _BATCH):
            for row in self._connection.execute(query.where(own.document.in_(chunk))):
                candidates.setdefault(row.document, []).append(row.candidate)
        return candidates

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

    def lacking_prediction(self, pipeline: PipelineId) -> list[str]:
        predicted = select(PredictionRow.document).where(
            PredictionRow.pipeline == pipeline.name, PredictionRow.digest == pipeline.digest
        )
        query = select(DocumentRow.id).where(DocumentRow.id.not_in(predicted)).order_by(DocumentRow.id)
        return list(self._connection.scalars(query))

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

    def counts(self) -> dict[str, Any]:
        count = self._connection.scalar
        return {
            "documents": count(select(func.count()).select_from(DocumentRow)),
            "predictions": count(select(func.count()).select_from(PredictionRow)),
        }
