"""Matches of predicted spans with current ones, counted once per prediction and annotation and kept up to date."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock, Thread

from sqlalchemy import Connection, Engine, func, select

from curator.domain.annotation import Identity, state_from_value
from curator.domain.prediction import GIVEN, PipelineId
from curator.domain.schema import Label, LabelSchema, Layer
from curator.domain.scoring import MatchCounts, MatchKind, count_kinds, match
from curator.domain.span import content_from_value
from curator.steps.ports.contents import ContentReader
from curator.store.database import curator_errors
from curator.store.lineage import started_from
from curator.store.rows import chunks
from curator.store.tables import CurrentRow, DocumentRow, PredictionRow, RevisionRow
from curator.views.labels import LabelMatches, LabelReport, PipelineMatches

_BATCH = 50


@dataclass(slots=True)
class _Counts:
    """Counts by pipeline, and the predictions and annotations that they were made from."""

    schema: str = ""
    last_prediction: int = 0
    documents: Counter[PipelineId] = field(default_factory=Counter)
    predicted: Counter[tuple[PipelineId, str, str]] = field(default_factory=Counter)
    annotations: Counter[PipelineId] = field(default_factory=Counter)
    matches: Counter[tuple[PipelineId, str, str, MatchKind]] = field(default_factory=Counter)
    pairs: dict[int, int] = field(default_factory=dict)
    newest: dict[PipelineId, int] = field(default_factory=dict)


class LabelTally:
    """Counts in a thread of its own, started when somebody asks; only what is new since the last time is read."""

    def __init__(self, engine: Engine, read_content: ContentReader) -> None:
        self._engine = engine
        self._read_content = read_content
        self._counts = _Counts()
        self._waiting = 0
        self._seq = -1
        self._failure: Exception | None = None
        self._thread: Thread | None = None
        self._lock = Lock()

    def report(self, schema: LabelSchema, seq: int, patience: float) -> LabelReport:
        """Return the counts; waits `patience` seconds at most for what the store held at sequence number `seq`."""
        with self._lock:
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure
            if self._thread is None and self._seq != seq:
                self._thread = Thread(target=self._run, args=(schema, seq), name="tally", daemon=True)
                self._thread.start()
            thread = self._thread
        if thread is not None:
            thread.join(patience)
        with self._lock:
            counting = self._thread is not None
            return LabelReport(tuple(_pipelines(self._counts, schema)), counting, self._waiting)

    def _run(self, schema: LabelSchema, seq: int) -> None:
        try:
            with curator_errors(self._engine), self._engine.connect() as connection:
                self._catch_up(connection, schema)
            with self._lock:
                self._seq = seq
        except Exception as error:  # noqa: BLE001 - raised for whoever asks next, not at the thread's end
            with self._lock:
                self._failure = error
        finally:
            with self._lock:
                self._thread = None

    def _catch_up(self, connection: Connection, schema: LabelSchema) -> None:
        predictions, shown = _prediction_count(connection, None), _shown(connection)
        counts = self._counts
        counted = _prediction_count(connection, counts.last_prediction)
        # Annotations are read against the schema; and what was purged can no longer be subtracted.
        if counts.schema != schema.hash or counted != sum(counts.documents.values()):
            counts, counted = _Counts(schema.hash), 0
            with self._lock:
                self._counts = counts
        outdated = {
            revision: prediction for revision, prediction in counts.pairs.items() if shown.get(revision) != prediction
        }
        uncounted = [revision for revision, prediction in shown.items() if counts.pairs.get(revision) != prediction]
        self._waiting = predictions - counted + len(uncounted)
        for chunk in chunks(outdated, _BATCH):
            self._compare(connection, schema, {revision: outdated[revision] for revision in chunk}, -1)
        while self._count_predictions(connection):
            pass
        # The newest first: they are of the pipeline that is looked at.
        for chunk in chunks(reversed(uncounted), _BATCH):
            self._compare(connection, schema, {revision: shown[revision] for revision in chunk}, 1)
        self._waiting = 0

    def _count_predictions(self, connection: Connection) -> int:
        counts = self._counts
        query = (
            select(PredictionRow.id, PredictionRow.pipeline, PredictionRow.digest, PredictionRow.content)
            .where(PredictionRow.id > counts.last_prediction, PredictionRow.pipeline != GIVEN)
            .order_by(PredictionRow.id)
            .limit(_BATCH)
        )
        rows = connection.execute(query).all()
        contents = [(PipelineId(row.pipeline, row.digest), content_from_value(row.content)) for row in rows]
        with self._lock:
            for row, (pipeline, content) in zip(rows, contents, strict=True):
                counts.documents[pipeline] += 1
                counts.newest[pipeline] = row.id
                counts.predicted.update((pipeline, span.layer, span.label) for span in content.spans)
                counts.last_prediction = row.id
            self._waiting -= len(rows)
        return len(rows)

    def _compare(self, connection: Connection, schema: LabelSchema, pairs: dict[int, int], sign: int) -> None:
        """Add the matches of predictions with annotations, or subtract them."""
        kinds_by_pipeline = list(self._kinds(connection, schema, pairs))
        counts = self._counts
        with self._lock:
            for pipeline, kinds in kinds_by_pipeline:
                counts.annotations[pipeline] += sign
                for (layer, label, kind), count in kinds.items():
                    counts.matches[pipeline, layer, label, kind] += sign * count
            for revision, prediction in pairs.items():
                if sign > 0:
                    counts.pairs[revision] = prediction
                else:
                    del counts.pairs[revision]
            self._waiting -= len(pairs) if sign > 0 else 0

    def _kinds(
        self, connection: Connection, schema: LabelSchema, pairs: dict[int, int]
    ) -> Iterator[tuple[PipelineId, Counter[tuple[str, str, MatchKind]]]]:
        revisions = connection.execute(
            select(RevisionRow.__table__, DocumentRow.text)
            .join(DocumentRow, DocumentRow.id == RevisionRow.document)
            .where(RevisionRow.number.in_(pairs))
        ).all()
        shown = connection.execute(select(PredictionRow.__table__).where(PredictionRow.id.in_(set(pairs.values()))))
        predictions = {row.id: row for row in shown}
        for row in revisions:
            state = state_from_value(Identity(row.source, row.key, row.created_at), row.value)
            prediction = predictions.get(pairs[row.number])
            if state.skipped or prediction is None:
                continue
            current = self._read_content(state, row.text, schema).spans
            predicted = content_from_value(prediction.content).spans
            yield PipelineId(prediction.pipeline, prediction.digest), count_kinds(match(predicted, current))


def _shown(connection: Connection) -> dict[int, int]:
    """Return the prediction of a pipeline that each current annotation started from, by its newest revision."""
    starts = started_from(connection, select(CurrentRow.revision))
    return {revision: start.number for revision, start in starts.items() if start.pipeline.name != GIVEN}


def _prediction_count(connection: Connection, up_to: int | None) -> int:
    """Return how many predictions pipelines made, of those up to an id where one is given."""
    query = select(func.count()).select_from(PredictionRow).where(PredictionRow.pipeline != GIVEN)
    if up_to is not None:
        query = query.where(PredictionRow.id <= up_to)
    return int(connection.scalar(query) or 0)


def _pipelines(counts: _Counts, schema: LabelSchema) -> Iterator[PipelineMatches]:
    ranks = {(layer.name, label.name): n for n, (layer, label) in enumerate(_labels(schema))}
    for pipeline in sorted(counts.newest, key=lambda pipeline: -counts.newest[pipeline]):
        present = {(layer, label) for predictor, layer, label in counts.predicted if predictor == pipeline}
        present |= {
            (layer, label)
            for (predictor, layer, label, _), count in counts.matches.items()
            if predictor == pipeline and count
        }
        labels = tuple(
            LabelMatches(
                layer,
                label,
                counts.predicted[pipeline, layer, label],
                MatchCounts({kind: counts.matches[pipeline, layer, label, kind] for kind in MatchKind}),
            )
            for layer, label in sorted(present, key=lambda label: (ranks.get(label, len(ranks)), label))
        )
        yield PipelineMatches(str(pipeline), counts.documents[pipeline], counts.annotations[pipeline], labels)


def _labels(schema: LabelSchema) -> Iterator[tuple[Layer, Label]]:
    for layer in schema.layers:
        yield from ((layer, label) for label in layer.labels)
