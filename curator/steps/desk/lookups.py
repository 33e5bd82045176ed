"""What a state names by Label Studio's numbers alone, asked for once: its people, and what it started from."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from curator.domain.annotation import AnnotationState, TaskRef, annotator_key, fallback_name
from curator.domain.errors import ServerFailed, ServerRefused, ServerUnreachable
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_revisions import AnnotationContext

_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt of what a state names: the pipeline of its parent prediction, and people's names by key."""

    pipeline: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def save(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> None:
        if self.pipeline is not None and state.parent_prediction is not None:
            where = (task.server, task.project, task.task)
            transaction.lineage.save_numbered(*where, state.parent_prediction, self.pipeline)
        if self.names:
            transaction.revisions.save_annotators(self.names)


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the store does not know yet of what a state names: its parent prediction, and the names of its people."""

    prediction: int | None = None
    people: frozenset[str] = frozenset()

    def told(self, started_from: str | None) -> Learnt | None:
        """Return what is learnt by being told the pipeline of the parent prediction; None where that is not all."""
        if self.people or (self.prediction is not None and started_from is None):
            return None
        return Learnt(None if self.prediction is None else started_from)


def unknown(context: AnnotationContext, state: AnnotationState, *, known: bool = False) -> Unknown:
    """Return what the store does not know yet of what a state names; the people of a known one were asked for."""
    number = state.parent_prediction if context.pipeline is None else None
    return Unknown(number, frozenset() if known else context.unnamed)


class Lookups:
    """Asks a server what the store does not know. What it does not answer is left for the next reconciliation."""

    def __init__(self, server: LabelServer) -> None:
        self._server = server
        self._silent_until = 0.0

    def learn(self, unknown: Unknown, task: TaskRef, started_from: str | None) -> Learnt:
        """Return what can be learnt; `started_from` is the pipeline of the parent prediction where that was told."""
        if unknown.prediction is not None and started_from is None:
            started_from = self._pipeline(unknown.prediction, task)
        pipeline = None if unknown.prediction is None else started_from
        return Learnt(pipeline, self._names(unknown.people) if unknown.people else {})

    def _pipeline(self, number: int, task: TaskRef) -> str | None:
        with self._asking() as server:
            prediction = None if server is None else server.prediction(number)
            return prediction.model_version if prediction is not None and prediction.task == task.task else None
        return None

    def _names(self, people: frozenset[str]) -> Mapping[str, str]:
        with self._asking() as server:
            if server is not None:
                names = {annotator_key(server.name, user): email for user, email in server.users().items()}
                # Whom the server does not list is not asked for again and again.
                return {person: fallback_name(person) for person in people} | names
        return {}

    @contextmanager
    def _asking(self) -> Iterator[LabelServer | None]:
        """Yield the server, None for a while after it was away: annotations are taken in whatever it answers."""
        try:
            yield self._server if monotonic() >= self._silent_until else None
        except (ServerRefused, ServerFailed):
            return
        except ServerUnreachable:
            self._silent_until = monotonic() + _PAUSE_SECONDS
