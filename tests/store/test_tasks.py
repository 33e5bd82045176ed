"""Projects and tasks: which document a task holds, also where numbers are given out again."""

from curator.domain.annotation import ProjectSource
from curator.domain.canonical import document_id
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import Content
from curator.steps.ports.stored_tasks import ProjectRole
from curator.store.database import SqlStore
from tests.store.conftest import arrival

PARIS, LYON = document_id("Paris"), document_id("Lyon")
HERE = ("server", 1)


def test_the_newest_project_of_a_server_holds_and_older_ones_stay_known(store: SqlStore) -> None:
    with store.writing() as transaction:
        assert transaction.tasks.project("server") is None
        for project, schema in ((1, "a"), (1, "a"), (2, "b")):
            transaction.tasks.save_project("server", project, schema)
        assert transaction.tasks.project("server") == (2, "b")
        assert transaction.tasks.project("another") is None
        assert [transaction.tasks.has_project("server", project) for project in (1, 2, 3)] == [True, True, False]


def test_a_task_is_live_until_it_is_gone(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        transaction.tasks.save(*HERE, {5: document})
        transaction.tasks.save(*HERE, {5: document})
        assert transaction.tasks.live(*HERE) == {5: document}
        assert transaction.tasks.live_count(*HERE) == 1
        assert transaction.tasks.live("server", 2) == {}
        assert transaction.tasks.live_count("server", 2) == 0
        transaction.tasks.mark_gone(*HERE, [5])
        assert transaction.tasks.live(*HERE) == {}
        assert transaction.tasks.document(*HERE, 5) is None
        transaction.tasks.save(*HERE, {5: document})
        assert transaction.tasks.document(*HERE, 5) == document
        assert transaction.counts()["tasks"] == 1


def test_a_number_given_out_again_holds_the_new_document_and_the_old_one_stays_taken_away(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        transaction.tasks.save(*HERE, {5: PARIS})
        transaction.tasks.mark_gone(*HERE, [5])
        assert transaction.tasks.without_task(*HERE) == [LYON]
        transaction.tasks.save(*HERE, {5: LYON})
        assert transaction.tasks.live(*HERE) == {5: LYON}
        assert transaction.tasks.without_task(*HERE) == []


def test_what_was_gone_before_is_not_gone_again_with_its_number(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        transaction.tasks.save(*HERE, {5: PARIS})
        transaction.tasks.mark_gone(*HERE, [5])
    with store.writing() as transaction:
        transaction.tasks.save(*HERE, {5: LYON})
        transaction.tasks.mark_gone(*HERE, [5])
        tally = transaction.deletions.tally(ProjectSource(*HERE), transaction.seq - 1)
    assert tally.tasks_deleted == 1


def test_a_number_is_never_two_live_documents(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        for document in (PARIS, LYON, PARIS):
            transaction.tasks.save(*HERE, {5: document})
            assert transaction.tasks.live(*HERE) == {5: document}


def test_each_live_task_lacks_the_newest_predictions_it_was_not_given(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        transaction.tasks.save(*HERE, {5: document})
        for digest in ("d1", "d2"):
            transaction.documents.add_predictions([Prediction(document, PipelineId("names", digest), Content())])
        ((task, unsent),) = transaction.tasks.unsent(*HERE, [document])
        assert (task, str(unsent.prediction.pipeline)) == (5, "names@d2")
        assert transaction.tasks.newest_sent(*HERE) is None
        assert transaction.tasks.sent_unreviewed(*HERE, [5]) == []
        transaction.tasks.mark_sent(*HERE, [(5, unsent.number)])
        transaction.tasks.mark_sent(*HERE, [(5, unsent.number)])
        assert transaction.tasks.sent_unreviewed(*HERE, [5, 6]) == [(5, unsent)]
        assert transaction.tasks.unsent(*HERE, [document]) == []
        assert transaction.tasks.newest_sent(*HERE) == PipelineId("names", "d2")
        transaction.tasks.mark_gone(*HERE, [5])
        assert transaction.tasks.unsent(*HERE, [document]) == []


def test_a_task_that_came_back_needs_its_predictions_again(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        transaction.tasks.save(*HERE, {5: document})
        transaction.documents.add_predictions([Prediction(document, PipelineId("names", "d1"), Content())])
        ((_, unsent),) = transaction.tasks.unsent(*HERE, [document])
        transaction.tasks.mark_sent(*HERE, [(5, unsent.number)])
        transaction.tasks.mark_gone(*HERE, [5])
    for lacking in (1, 0):
        with store.writing() as transaction:
            transaction.tasks.save(*HERE, {5: document})
            assert len(transaction.tasks.unsent(*HERE, [document])) == lacking
            transaction.tasks.mark_sent(*HERE, [(5, unsent.number)])


def test_only_documents_that_came_later_are_looked_at_once_all_have_a_task(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
        assert transaction.tasks.unsettled(*HERE) == []
        transaction.tasks.begin_sending(*HERE)
        assert transaction.tasks.is_sending(*HERE)
        transaction.tasks.save(*HERE, {5: PARIS})
        transaction.tasks.end_sending(*HERE, transaction.seq)
        assert not transaction.tasks.is_sending(*HERE)
        assert transaction.tasks.unsettled(*HERE) == [PARIS]
        transaction.tasks.settle(*HERE, transaction.seq)
        assert transaction.tasks.unsettled(*HERE) == []
    with store.writing() as transaction:
        transaction.documents.add([arrival("Lyon")])
        assert transaction.tasks.without_task(*HERE) == [LYON]
        transaction.documents.add_predictions([Prediction(LYON, PipelineId("names", "d1"), Content())])
        assert transaction.tasks.unsettled(*HERE) == [LYON]
        assert transaction.tasks.without_task("server", 2) == sorted([PARIS, LYON])


def test_projects_of_each_role_are_kept_apart(store: SqlStore) -> None:
    for project, role in ((1, ProjectRole.ANNOTATION), (2, ProjectRole.ADJUDICATION), (3, ProjectRole.ADOPTED)):
        with store.writing() as transaction:
            assert not transaction.tasks.has_project("s", project)
            transaction.tasks.save_project("s", project, "h", role)
    with store.writing() as transaction:
        transaction.tasks.save_project("s", 4, "h")
        transaction.tasks.save_project("other", 5, "h", ProjectRole.ADOPTED)
    with store.reading() as transaction:
        tasks = transaction.tasks
        assert tasks.project("s") == tasks.project("s", ProjectRole.ANNOTATION) == (4, "h")
        assert tasks.project("s", ProjectRole.ADJUDICATION) == (2, "h")
        assert tasks.project("s", ProjectRole.ADOPTED) == (3, "h")
        assert tasks.project("other") is None
        assert all(tasks.has_project("s", project) for project in (1, 2, 3, 4))
        assert tasks.has_any_project()
