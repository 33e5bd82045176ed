"""Some changes of the store, taken into the counts: what was counted of a state is taken back when another comes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import aliased

from curator.domain.annotation import Identity, ProjectSource, state_from_value
from curator.domain.label_names import under_new_names, unsettled_problems
from curator.domain.prediction import GIVEN, PipelineId
from curator.domain.schema import LabelSchema
from curator.domain.scoring import count_kinds, match
from curator.domain.span import Content, content_from_value
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.stored_lineage import StartingPrediction
from curator.store.lineage import started_from
from curator.store.rows import insert_missing
from curator.store.tables import (
    CountedLabel,
    CountedPipeline,
    CountedRow,
    CurrentRow,
    DocumentRow,
    MisfitRow,
    PredictionNumber,
    PredictionRow,
    ReadingRow,
    RevisionRow,
)
from curator.store.tables import Counter as SequenceRow
from curator.store.uncounted import counted_up_to, outdated_readings

BATCH = 50
PREDICTED = "predicted"
"""The kind under which the spans of all predictions are counted, whether they were compared or not."""

_LabelKey = tuple[int, str, str, str]


class CountBatch:
    """At most some fifty changes, in the writing transaction of the caller."""

    def __init__(self, connection: Connection, schema: LabelSchema, read_content: ContentReader) -> None:
        self._connection = connection
        self._schema = schema
        self._read_content = read_content
        self._labels: Counter[_LabelKey] = Counter()
        self._annotations: Counter[int] = Counter()
        self._pipelines: dict[PipelineId, int] = {}

    def take(self) -> None:
        """Take in the first changes of the first kind of which any wait: predictions before what started from them."""
        insert_missing(self._connection, CountedRow, [{"id": 1, "revision": 0, "prediction": 0, "seq": self._now()}])
        counted = counted_up_to(self._connection)
        takes = (self._take_predictions, self._take_revisions, self._take_numbers)
        if not any(take(counted) for take in takes):
            self._take_outdated()
        self._save_sums()

    def _now(self) -> int:
        return int(self._connection.scalar(select(SequenceRow.value)) or 0)

    def _go_on(self, **up_to: int) -> None:
        self._connection.execute(update(CountedRow).values(**up_to))

    def _take_predictions(self, counted: Any) -> bool:
        row = PredictionRow
        query = select(row.id, row.document, row.pipeline, row.digest, row.content).where(
            row.id > counted.prediction, row.pipeline != GIVEN
        )
        rows = self._connection.execute(query.order_by(row.id).limit(BATCH)).all()
        if not rows:
            return False
        documents: Counter[int] = Counter()
        newest: dict[int, int] = {}
        for prediction in rows:
            pipeline = self._pipeline(PipelineId(prediction.pipeline, prediction.digest))
            documents[pipeline] += 1
            newest[pipeline] = prediction.id
            for span in content_from_value(prediction.content).spans:
                self._labels[pipeline, span.layer, span.label, PREDICTED] += 1
        for pipeline, count in documents.items():
            values = {"documents": CountedPipeline.documents + count, "newest": newest[pipeline]}
            self._connection.execute(update(CountedPipeline).where(CountedPipeline.id == pipeline).values(**values))
        # An annotation may be known to have begun as a prediction that was not there.
        without = select(ReadingRow.revision).join(CurrentRow, CurrentRow.revision == ReadingRow.revision)
        of_documents = CurrentRow.document.in_({prediction.document for prediction in rows})
        self._begin_anew(self._connection.scalars(without.where(of_documents, ReadingRow.prediction.is_(None))))
        self._go_on(prediction=rows[-1].id)
        return True

    def _take_revisions(self, counted: Any) -> bool:
        query = select(RevisionRow.number).where(RevisionRow.number > counted.revision)
        numbers = list(self._connection.scalars(query.order_by(RevisionRow.number).limit(BATCH)))
        if not numbers:
            return False
        earlier, later = aliased(RevisionRow), aliased(RevisionRow)
        superseded = (
            select(earlier.number)
            .join(ReadingRow, ReadingRow.revision == earlier.number)
            .join(
                later,
                (later.source == earlier.source)
                & (later.key == earlier.key)
                & (later.created_at == earlier.created_at)
                & (later.number >= earlier.number),
            )
            .where(later.number.in_(numbers))
        )
        self._forget(set(self._connection.scalars(superseded)))
        self._read(list(self._connection.scalars(select(CurrentRow.revision).where(CurrentRow.revision.in_(numbers)))))
        self._go_on(revision=numbers[-1])
        return True

    def _take_numbers(self, counted: Any) -> bool:
        """Look again at annotations of tasks whose predictions are known better: what they began as is learnt late."""
        row = PredictionNumber
        newer = select(row.seq).where(row.seq > counted.seq).order_by(row.seq).limit(BATCH)
        up_to = max(self._connection.scalars(newer), default=0)
        if not up_to:
            return False
        tasks = select(row.server, row.project, row.task).where(row.seq > counted.seq, row.seq <= up_to).distinct()
        for task in self._connection.execute(tasks).all():
            source = str(ProjectSource(task.server, task.project))
            of_task = (CurrentRow.source == source, CurrentRow.task == task.task)
            read = select(CurrentRow.revision).join(ReadingRow, ReadingRow.revision == CurrentRow.revision)
            self._begin_anew(self._connection.scalars(read.where(*of_task)))
        self._go_on(seq=up_to)
        return True

    def _take_outdated(self) -> None:
        outdated: set[int] = set()
        for other in outdated_readings(self._schema.hash):
            # What does not fit comes first: it is listed, and may fit by now.
            misfits = select(MisfitRow.revision).join(ReadingRow, ReadingRow.revision == MisfitRow.revision)
            outdated |= set(self._connection.scalars(misfits.where(other).distinct().limit(BATCH)))
        for other in outdated_readings(self._schema.hash) if not outdated else ():
            outdated |= set(self._connection.scalars(select(ReadingRow.revision).where(other).limit(BATCH)))
        self._forget(outdated)
        self._read(sorted(outdated))

    def _begin_anew(self, revisions: Iterable[int]) -> None:
        """Compare annotations again that are known by now to have begun as another prediction."""
        numbers = sorted(revisions)
        if not numbers:
            return
        starts = self._starts(numbers)
        query = select(ReadingRow.revision, ReadingRow.prediction).where(ReadingRow.revision.in_(numbers))
        changed = [
            row.revision
            for row in self._connection.execute(query)
            if row.prediction != (starts[row.revision].number if row.revision in starts else None)
        ]
        self._forget(changed)
        self._read(changed)

    def _forget(self, revisions: Iterable[int]) -> None:
        """Take back what readings have added."""
        numbers = list(revisions)
        if not numbers:
            return
        query = select(ReadingRow.pipeline, ReadingRow.matches)
        of_pipelines = query.where(ReadingRow.revision.in_(numbers), ReadingRow.pipeline.is_not(None))
        for row in self._connection.execute(of_pipelines):
            self._add(row.pipeline, row.matches, -1)
        self._connection.execute(delete(MisfitRow).where(MisfitRow.revision.in_(numbers)))
        self._connection.execute(delete(ReadingRow).where(ReadingRow.revision.in_(numbers)))

    def _add(self, pipeline: int, matches: Iterable[Sequence[Any]], sign: int) -> None:
        self._annotations[pipeline] += sign
        for layer, label, kind, spans in matches:
            self._labels[pipeline, layer, label, kind] += sign * spans

    def _read(self, numbers: list[int]) -> None:
        """Read annotations by the schema, and compare them with the predictions that they started from."""
        if not numbers:
            return
        starts = self._starts(numbers)
        predictions = self._predictions({start.number for start in starts.values()})
        query = (
            select(RevisionRow.__table__, DocumentRow.text)
            .join(DocumentRow, DocumentRow.id == RevisionRow.document)
            .where(RevisionRow.number.in_(numbers))
        )
        readings, misfits = [], []
        for row in self._connection.execute(query).all():
            state = state_from_value(Identity(row.source, row.key, row.created_at), row.value)
            content = self._read_content(state, row.text, self._schema)
            start = starts.get(row.number)
            reading = self._reading(row, start)
            predicted = None if start is None else predictions.get(start.number)
            if start is not None and predicted is not None and not state.skipped and not state.for_review:
                kinds = count_kinds(match(predicted.spans, content.spans))
                matches = [[layer, label, kind.value, spans] for (layer, label, kind), spans in sorted(kinds.items())]
                reading |= {"pipeline": self._pipeline(start.pipeline), "matches": matches}
                self._add(reading["pipeline"], matches, 1)
            readings.append(reading)
            for place, problem in enumerate(unsettled_problems(content)):
                misfit = {"place": place, "cause": problem.cause, "item": problem.item}
                misfits.append({"revision": row.number, **misfit})
        self._connection.execute(insert(ReadingRow), readings)
        if misfits:
            self._connection.execute(insert(MisfitRow), misfits)

    def _reading(self, row: Row[Any], start: StartingPrediction | None) -> dict[str, Any]:
        prediction = None if start is None else start.number
        read = {"revision": row.number, "schema_hash": self._schema.hash}
        return {**read, "prediction": prediction, "pipeline": None, "matches": []}

    def _starts(self, numbers: list[int]) -> dict[int, StartingPrediction]:
        starts = started_from(self._connection, numbers)
        return {number: start for number, start in starts.items() if start.pipeline.name != GIVEN}

    def _predictions(self, numbers: set[int]) -> dict[int, Content]:
        if not numbers:
            return {}
        query = select(PredictionRow.id, PredictionRow.content, DocumentRow.text).where(PredictionRow.id.in_(numbers))
        rows = self._connection.execute(query.join(DocumentRow, DocumentRow.id == PredictionRow.document))
        return {row.id: under_new_names(content_from_value(row.content), row.text, self._schema) for row in rows}

    def _pipeline(self, pipeline: PipelineId) -> int:
        if pipeline not in self._pipelines:
            key = {"pipeline": pipeline.name, "digest": pipeline.digest}
            insert_missing(self._connection, CountedPipeline, [{**key, "documents": 0, "annotations": 0, "newest": 0}])
            query = select(CountedPipeline.id).filter_by(**key)
            self._pipelines[pipeline] = int(self._connection.scalar(query) or 0)
        return self._pipelines[pipeline]

    def _save_sums(self) -> None:
        for pipeline, count in self._annotations.items():
            values = {"annotations": CountedPipeline.annotations + count}
            self._connection.execute(update(CountedPipeline).where(CountedPipeline.id == pipeline).values(**values))
        names = ("pipeline", "layer", "label", "kind")
        keys = [dict(zip(names, key, strict=True)) for key in self._labels]
        insert_missing(self._connection, CountedLabel, [{**key, "spans": 0} for key in keys])
        of_key = [getattr(CountedLabel, name) == bindparam(f"of_{name}") for name in names]
        more = update(CountedLabel).where(*of_key).values(spans=CountedLabel.spans + bindparam("more"))
        rows = [
            {f"of_{name}": value for name, value in zip(names, key, strict=True)} | {"more": count}
            for key, count in self._labels.items()
            if count
        ]
        if rows:
            self._connection.execute(more, rows)
