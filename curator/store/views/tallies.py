"""What became of predicted spans, as far as it is counted, and the thread that goes on counting."""

from collections import Counter
from collections.abc import Iterator
from threading import Lock, Thread

from sqlalchemy import Connection, select

from curator.domain.label_names import label_names
from curator.domain.prediction import PipelineId
from curator.domain.schema import LabelSchema
from curator.domain.scoring import MatchCounts, MatchKind
from curator.steps.ports.stored_readings import Readings
from curator.store.count_batch import PREDICTED
from curator.store.tables import CountedLabel, CountedPipeline
from curator.views.labels import LabelMatches, PipelineMatches


class Counting:
    """Brings the index up to date in a thread of its own, started when somebody asks and something waits."""

    def __init__(self, index: Readings) -> None:
        self._index = index
        self._failure: Exception | None = None
        self._thread: Thread | None = None
        self._lock = Lock()

    def go_on(self, patience: float) -> bool:
        """Count what waits, and say after `patience` seconds at most whether that still goes on.

        Raises what the last counting failed of.
        """
        with self._lock:
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure
            if self._thread is None and self._index.catch_up(0):
                self._thread = Thread(target=self._run, name="tally", daemon=True)
                self._thread.start()
            thread = self._thread
        if thread is not None:
            thread.join(patience)
        with self._lock:
            return self._thread is not None

    def _run(self) -> None:
        try:
            self._index.catch_up()
        except Exception as error:  # noqa: BLE001 - raised for whoever asks next, not at the thread's end
            with self._lock:
                self._failure = error
        finally:
            with self._lock:
                self._thread = None


def pipeline_matches(connection: Connection, schema: LabelSchema) -> Iterator[PipelineMatches]:
    """Yield what is counted of each pipeline, the one of the newest prediction first, labels in the schema's order."""
    names = label_names(schema)
    labels: dict[int, dict[tuple[str, str], Counter[str]]] = {}
    for row in connection.execute(select(CountedLabel.__table__).where(CountedLabel.spans != 0)):
        of_pipeline = labels.setdefault(row.pipeline, {})
        # What was counted under a former name is the label's of now.
        now = names.now(row.layer, row.label, "").label or row.label
        of_pipeline.setdefault((row.layer, now), Counter())[row.kind] += row.spans
    known = [(layer.name, label.name) for layer in schema.layers for label in layer.labels]
    ranks = {name: rank for rank, name in enumerate(known)}
    predicting = select(CountedPipeline.__table__).where(CountedPipeline.documents > 0)
    for row in connection.execute(predicting.order_by(CountedPipeline.newest.desc())):
        present = labels.get(row.id, {})
        rows = tuple(
            LabelMatches(
                *name, present[name][PREDICTED], MatchCounts({kind: present[name][kind] for kind in MatchKind})
            )
            for name in sorted(present, key=lambda name: (ranks.get(name, len(ranks)), name))
        )
        yield PipelineMatches(str(PipelineId(row.pipeline, row.digest)), row.documents, row.annotations, rows)
