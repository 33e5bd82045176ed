"""All projects of a server, and what is held of each."""

from curator.domain.annotation import ProjectSource, RawText, TaskRef
from curator.domain.canonical import Shift, document_id
from curator.steps.ports.stored_projects import KnownAnnotation, StoredTask, TaskHolding
from curator.steps.ports.stored_tasks import ProjectRole
from curator.store.database import SqlStore
from tests.fakes.annotations import annotation_state, identity
from tests.store.conftest import arrival

PARIS, LYON = document_id("Paris"), document_id("Lyon")


def test_projects_of_the_past_are_remembered_in_the_order_of_their_first_use(store: SqlStore) -> None:
    for server, project in (("s", 7), ("s", 3), ("t", 9), ("s", 7)):
        with store.writing() as transaction:
            transaction.tasks.save_project(server, project, "hash")
    with store.reading() as transaction:
        assert transaction.projects.of_server("s") == [7, 3]
        assert transaction.projects.of_server("nobody") == []


def test_adopted_projects_are_told_from_those_that_are_given_our_labels(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.tasks.save_project("s", 3, "hash", ProjectRole.ADOPTED)
        assert not transaction.tasks.has_any_project()
        transaction.tasks.save_project("s", 7, "hash")
    with store.reading() as transaction:
        assert transaction.tasks.has_any_project()
        assert transaction.tasks.project("s") == (7, "hash")
        assert (transaction.projects.adopted("s"), transaction.projects.adopted("t")) == ({3}, set())
        roles = [transaction.projects.role("s", project) for project in (3, 7, 9)]
    assert roles == [ProjectRole.ADOPTED, ProjectRole.ANNOTATION, None]


def made(task: int, created_at: str | None, *shifts: Shift) -> TaskRef:
    return TaskRef("s", 1, task, None, None, RawText("body", shifts), created_at)


def test_a_task_is_known_with_when_and_how_it_was_made_where_that_was_told(store: SqlStore) -> None:
    early, late = "2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z"
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        transaction.tasks.save("s", 1, {5: PARIS, 2: LYON, 3: PARIS}, {5: made(5, early), 2: made(2, None)})
    with store.writing() as transaction:
        assert transaction.projects.known("s", 1, [2, 3, 5, 9]) == {
            5: StoredTask(PARIS, early, ""),
            2: StoredTask(LYON),
            3: StoredTask(PARIS),
        }
        # The number is another task's by now, of the same text, and then of another one.
        transaction.tasks.save("s", 1, {5: PARIS}, {5: made(5, late, (1, 3, 1, 2))})
        form = RawText("body", ((1, 3, 1, 2),)).form
        assert form
        assert transaction.projects.known("s", 1, [5]) == {5: StoredTask(PARIS, late, form)}
        transaction.tasks.save("s", 1, {5: LYON}, {5: made(5, early)})
        transaction.tasks.mark_gone("s", 1, [2])
        assert transaction.projects.known("s", 1, [2, 5]) == {5: StoredTask(LYON, early, "")}


def test_a_document_with_a_task_in_an_adopted_project_needs_none_in_ours(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        transaction.tasks.save_project("s", 3, "hash", ProjectRole.ADOPTED)
        transaction.tasks.save_project("s", 7, "hash")
        transaction.tasks.save("s", 3, {5: PARIS})
        assert transaction.tasks.without_task("s", 7) == [LYON]
        assert transaction.tasks.without_task("t", 7) == sorted([LYON, PARIS])
        transaction.tasks.mark_gone("s", 3, [5])
        assert transaction.tasks.without_task("s", 7) == sorted([LYON, PARIS])


def test_documents_of_several_tasks_are_told_without_tasks_that_are_gone(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        transaction.tasks.save("s", 1, {5: PARIS, 2: PARIS, 3: LYON, 9: PARIS})
        transaction.tasks.save("s", 2, {4: PARIS})
        assert transaction.projects.doubled("s", 1) == {PARIS: [2, 5, 9]}
        assert transaction.projects.doubled("s", 2) == {}
        transaction.tasks.mark_gone("s", 1, [2, 9])
        assert transaction.projects.doubled("s", 1) == {}
        assert transaction.projects.documents("s", 1, [2, 3, 5, 99]) == {3: LYON, 5: PARIS}


def test_holdings_are_counts_and_newest_times_of_current_annotations(store: SqlStore) -> None:
    states = [
        annotation_state(identity(1), task=4, updated_at="2026-01-02"),
        annotation_state(identity(2), task=4, updated_at="2026-01-03", skipped=True),
        annotation_state(identity(3), task=5, updated_at="2026-01-04"),
        annotation_state(identity(4), task=None),
        annotation_state(identity(5, project=2), task=4),
    ]
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
        for state in states:
            transaction.revisions.append(state.identity, PARIS, state)
        transaction.revisions.append(identity(3), PARIS, None)
        assert transaction.projects.holdings(identity().source) == {4: TaskHolding(2, "2026-01-03")}
        assert transaction.projects.annotations(identity().source, [4, 5, 6]) == {
            4: [KnownAnnotation(identity(1), PARIS, "2026-01-02"), KnownAnnotation(identity(2), PARIS, "2026-01-03")]
        }
        assert transaction.projects.stored([PARIS, LYON]) == {PARIS}


def test_what_is_expected_is_the_stores_numbers_and_what_was_seen_to_differ(store: SqlStore) -> None:
    here = ProjectSource("s", 1)
    state = annotation_state(identity(1, "s", 1), task=4)
    with store.writing() as transaction:
        projects = transaction.projects
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        transaction.tasks.save("s", 1, {4: PARIS, 5: LYON})
        transaction.revisions.append(state.identity, PARIS, state)
        assert projects.expected(here) == (2, 1)
        projects.note_seen(here, {4: 2, 5: None, 9: 3})
        assert (projects.expected(here), projects.uneven(here)) == ((2, 5), {4, 5, 9})
        projects.note_seen(here, {4: 1, 5: 0})
        assert (projects.expected(here), projects.uneven(here)) == ((3, 4), {9})
        projects.note_seen(here, {9: None})
        assert (projects.expected(here), projects.uneven(here)) == ((2, 1), set())
        assert projects.expected(ProjectSource("s", 2)) == (0, 0)


def test_the_latest_tasks_are_those_annotated_and_those_that_came_last(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
    for task in range(1, 6):
        with store.writing() as transaction:
            transaction.tasks.save("s", 1, {task: PARIS})
            for number in range(3 if task < 4 else 0):
                state = annotation_state(identity(10 * task + number, "s", 1), task=task, updated_at=f"2026-01-0{task}")
                transaction.revisions.append(state.identity, PARIS, state)
    with store.reading() as transaction:
        latest = transaction.projects.latest_tasks
        assert latest(ProjectSource("s", 1), 1, set()) == [3, 5]
        assert latest(ProjectSource("s", 1), 2, {3, 5}) == [1, 2, 4]
        assert latest(ProjectSource("s", 2), 2, set()) == []
