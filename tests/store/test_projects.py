"""All projects of a server, and what is held of each."""

from curator.domain.canonical import document_id
from curator.steps.ports.stored_projects import TaskHolding
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
