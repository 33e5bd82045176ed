"""Whatever happens meanwhile: what is sent to be reviewed is sent once, and counts once a person updated it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from curator.domain.annotation import AnnotationState
from curator.domain.errors import CuratorError, ServerUnreachable
from curator.label_studio.review_copies import mark_of
from curator.steps.ports.label_server import NewReview, NewTask
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.importing import imported, marked, take
from tests.fakes.label_server import FakeLabelServer
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = ("Marie Curie est née à Varsovie.", "Paul vit à Lyon, Anne à Nice.", "Le ministre est à Oslo.")
RESULTS: tuple[list[Any], ...] = ([], [region(0, 4, "PER")], [region(0, 4, "PER"), region(5, 8, "GPE")])
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_ACTS = {
    "import_for_review": 3,
    "import_that_counts": 1,
    "ingest": 1,
    "preannotate": 1,
    "push": 5,
    "push_killed": 5,
    "push_cut_off": 3,
    "push_while_working": 2,
    "update": 4,
    "delete": 3,
    "submit": 2,
    "skip": 1,
    "delete_task": 1,
    "deliver": 4,
    "deliver_last_first": 2,
    "deliver_old": 1,
    "lose": 3,
    "sync": 2,
}

Act = tuple[str, int, int]


class Sender(FakeLabelServer):
    """Keeps what it was sent to be reviewed, and what of it somebody touched."""

    def __init__(self) -> None:
        super().__init__()
        self.received: Counter[int] = Counter()

    def add_tasks(self, project: int, tasks: Any) -> list[int]:
        before = len(self.known_tasks(project))
        try:
            return super().add_tasks(project, tasks)
        finally:
            # A push that asks again for what came of a task that somebody deleted makes that anew, as it always does.
            if len(self.known_tasks(project)) > before:
                self._count(review for task in tasks if isinstance(task, NewTask) for review in task.reviews)

    def _add_copy(self, task: int, review: NewReview, updated_by: int | None) -> dict[str, Any]:
        if updated_by is not None:
            self._count([review])
        return super()._add_copy(task, review, updated_by)

    def _count(self, reviews: Any) -> None:
        self.received.update(review.revision for review in reviews)


class Desk:
    """Plays acts in a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.server: Any = world.server
        self.undelivered: list[bytes] = []
        self.sent: list[bytes] = []
        self.touched: set[tuple[str, str]] = set()
        self.tasks_deleted = False

    def play(self, acts: list[Act]) -> None:
        for name, pick, choice in acts:
            getattr(self, f"_{name}")(pick, choice)
            self._listen()

    def _listen(self) -> None:
        bodies = self.server.take_outbox()
        self.undelivered += bodies
        self.sent += bodies

    def states(self) -> list[AnnotationState]:
        found = self.server.annotations(self.world.project).values()
        return sorted((state for state, _ in found), key=lambda state: int(state.identity.key))

    def _copy(self, pick: int) -> AnnotationState | None:
        copies = [state for state in self.states() if state.review_of is not None]
        return copies[pick % len(copies)] if copies else None

    def _task(self, pick: int) -> int | None:
        tasks = sorted(self.server.known_tasks(self.world.project))
        return tasks[pick % len(tasks)] if tasks else None

    def _import_for_review(self, pick: int, choice: int) -> None:
        annotator = ("ada@example.org", "Zoé")[choice % 2]
        annotation = marked((0, 4 + choice % 3, "PER"), annotator=annotator)
        take(self.world, imported(TEXTS[pick % 3], annotation), for_review=True)

    def _import_that_counts(self, pick: int, choice: int) -> None:
        take(self.world, imported(TEXTS[pick % 3], marked((0, 4 + choice % 3, "PER"), annotator="ada@example.org")))

    def _ingest(self, pick: int, _choice: int) -> None:
        self.world.ingest(TEXTS[pick % 3])

    def _preannotate(self, _pick: int, _choice: int) -> None:
        self.world.preannotate()

    def _push(self, _pick: int, _choice: int) -> None:
        self.world.push()

    def _push_killed(self, pick: int, choice: int) -> None:
        fuse = Fuse(1 + pick * 5 + choice)
        self.world.store = FusedStore(self.world.sql, fuse)
        with suppress(Killed):
            self.world.push()
        self._begin_again()

    def _push_cut_off(self, pick: int, _choice: int) -> None:
        self.server.cut_off = {("add_tasks", "add_reviews")[pick % 2]}
        with suppress(ServerUnreachable):
            self.world.push()
        self.server.cut_off = set()

    def _push_while_working(self, pick: int, choice: int) -> None:
        acts = [self._delete, self._update, self._submit]

        def act(method: str) -> None:
            if method in {"add_reviews", "tasks_by_id"} and acts:
                acts.pop(pick % len(acts))(pick, choice)

        self.server.on_call = act
        try:
            self.world.push()
        finally:
            self.server.on_call = lambda _method: None

    def _begin_again(self) -> None:
        self.world.store = self.world.sql
        self.world.restart()
        with self.world.sql.engine.begin() as connection:
            connection.execute(text("update lease set expires = 0"))

    def _update(self, pick: int, choice: int) -> None:
        if copy := self._copy(pick):
            self.server.clock.pass_time(60)
            self.server.change(int(copy.identity.key), result=RESULTS[choice % 3])
            self.touched.add((copy.identity.key, copy.identity.created_at))

    def _delete(self, pick: int, _choice: int) -> None:
        if copy := self._copy(pick):
            self.server.delete(int(copy.identity.key))

    def _submit(self, pick: int, choice: int) -> None:
        if task := self._task(pick):
            self.server.annotate(task, RESULTS[choice % 3])

    def _skip(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            self.server.annotate(task, [], was_cancelled=True)

    def _delete_task(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            self.tasks_deleted = True
            self.server.delete_task(task)

    def _deliver(self, _pick: int, _choice: int) -> None:
        if self.undelivered:
            self.world.deliver(self.undelivered.pop(0))

    def _deliver_last_first(self, _pick: int, _choice: int) -> None:
        if self.undelivered:
            self.world.deliver(self.undelivered.pop())

    def _deliver_old(self, pick: int, _choice: int) -> None:
        if self.sent:
            self.world.deliver(self.sent[pick % len(self.sent)])

    def _lose(self, pick: int, _choice: int) -> None:
        if self.undelivered:
            self.undelivered.pop(pick % len(self.undelivered))

    def _sync(self, _pick: int, _choice: int) -> None:
        with suppress(CuratorError):
            self.world.sync(accepted=True)


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Desk]]:
    world = World(tmp_path_factory.mktemp("world"), Sender())
    world.ingest(TEXTS[0])
    world.push()
    world.server.take_outbox()
    kept = world.keep()

    def fresh() -> Desk:
        world.back_to(kept)
        return Desk(world)

    yield fresh
    world.close()


def _acts() -> st.SearchStrategy[list[Act]]:
    names = [name for name, weight in _ACTS.items() for _ in range(weight)]
    number = st.integers(0, 9)
    return st.lists(st.tuples(st.sampled_from(names), number, number), min_size=4, max_size=30)


@settings(max_examples=40, suppress_health_check=list(HealthCheck), phases=_PHASES)
@given(acts=_acts())
@example(acts=[("import_for_review", 0, 0), ("push_cut_off", 1, 0), ("delete", 0, 0), ("push", 0, 0)])
@example(acts=[("import_for_review", 1, 0), ("push_cut_off", 0, 0), ("delete", 0, 0), ("push", 0, 0)])
@example(acts=[("import_for_review", 0, 0), ("import_for_review", 0, 1), ("push_cut_off", 1, 0), ("push", 0, 0)])
@example(acts=[("import_for_review", 0, 0), ("push", 0, 0), ("update", 0, 1), ("lose", 0, 0), ("lose", 0, 0)])
def test_sent_once_and_counted_once_somebody_touched_it(begin: Callable[[], Desk], acts: list[Act]) -> None:
    desk = begin()
    desk.play(acts)
    world = desk.world
    for _ in range(2):
        world.push()
        world.sync(accepted=True)
    _store_equals_server(desk)
    assert world.sync(accepted=True).applied == 0
    assert world.push().sent_for_review == 0
    if not desk.tasks_deleted:
        assert set(desk.server.received.values()) <= {1}, "sent twice"
    for state in desk.states():
        untouched = (state.identity.key, state.identity.created_at) not in desk.touched
        assert state.for_review == (state.review_of is not None and untouched)
    with world.store.reading() as transaction:
        by_document = transaction.revisions.revisions_at(
            [document.id for document in transaction.documents.all()], transaction.seq
        )
    counting = [revision.state for revisions in by_document.values() for revision in revisions]
    assert not [state for state in counting if state is None or state.for_review]


def _store_equals_server(desk: Desk) -> None:
    world = desk.world
    truth = {state.identity: state for state in desk.states()}
    with world.store.reading() as transaction:
        current = {revision.identity: revision.state for revision in transaction.revisions.current_revisions()}
    held = {identity: state for identity, state in current.items() if identity.source != "import"}
    assert held == truth


def test_the_mark_of_no_revision_is_one_that_a_browser_cannot_hold() -> None:
    assert float(mark_of(2**40)) == mark_of(2**40)
