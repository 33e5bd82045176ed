"""All projects of a server, and what is held of each."""

from curator.domain.annotation import ProjectSource
from curator.domain.canonical import document_id
from curator.steps.ports.stored_projects import KnownAnnotation, TaskHolding
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
