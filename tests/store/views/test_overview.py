"""What the dashboard reads, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.record import Record, record_line
from curator.domain.scoring import MatchKind
from curator.domain.span import Content, Span
from curator.domain.split import Assignment
from curator.steps.in_force.rules import put_rules_in_force
from curator.steps.in_force.schema import adopt_schema
from curator.steps.ports.stored_decisions import StoredDecision
from curator.steps.ports.stored_versions import StoredVersion
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from curator.store.inbox import SqliteInbox
from curator.store.views.overview import SqlOverview
from curator.views.labels import LabelReport
from curator.views.progress import DocumentState
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import SCHEMA, region, schema_with_label
from tests.store.conftest import arrival
from tests.waiting import wait_until

TEXTS = ("Paris dort", "Lyon rit", "Oslo lit", "Rome va", "Nice est")
PARIS, LYON, OSLO, ROME, NICE = map(document_id, TEXTS)
AT = "2026-11-2{}T10:00:00.000000Z"
RULES, NET = PipelineId("rules", "d1"), PipelineId("net", "d2")

Annotate = Callable[..., None]


@pytest.fixture
def overview(store: SqlStore, inbox: SqliteInbox) -> SqlOverview:
    """Five documents with a prediction each, all but the last one with a task that was given it."""
    adopt_schema(store, SCHEMA, "tests")
    with store.writing() as transaction:
        transaction.documents.add([arrival(text, f"{text[:4]}.txt", None, a=[1]) for text in TEXTS])
        transaction.documents.assign([Assignment(PARIS, "train", "hash")])
        transaction.tasks.save_project("s", 1, SCHEMA.hash)
        transaction.tasks.save("s", 1, {1: PARIS, 2: LYON, 3: OSLO, 4: ROME})
        transaction.revisions.save_annotators({"test/7": "zoe@example.org"})
        put_rules_in_force(transaction.settings, {"policy": "latest", "annotators": "pseudonym"})
    predict(store, RULES)
    return SqlOverview(store, inbox, READ_ANNOTATION)


def predict(store: SqlStore, pipeline: PipelineId, sent: bool = True) -> None:
    with store.writing() as transaction:
        span = Span("entities", 0, 4, "GPE", 0.5, "rule")
        ids = [document_id(text) for text in TEXTS]
        transaction.documents.add_predictions([Prediction(document, pipeline, Content((span,))) for document in ids])
        for task, document in transaction.tasks.live("s", 1).items() if sent else ():
            newest = transaction.tasks.newest_predictions([document])[document]
            transaction.tasks.mark_sent("s", 1, [(task, prediction.number) for prediction in newest])
            transaction.lineage.save_shown("s", 1, str(pipeline))


@pytest.fixture
def annotate(store: SqlStore) -> Annotate:
    def append(task: int, document: str, *result: Any, day: int = 1, skipped: bool = False, lead: Any = 10.0) -> None:
        named = identity(task * 10, "s", created_at=AT.format(1))
        user = 7 if task < 3 else None
        fields = {"updated_at": AT.format(day), "skipped": skipped, "lead_time": lead}
        with store.writing() as transaction:
            state = annotation_state(named, result, task=task, user=user, **fields)
            transaction.revisions.append(named, document, state)

    return append


def decide(store: SqlStore, document: str, revisions: list[int], person: str | None = None) -> None:
    spans = {"entities": (Span("entities", 0, 5, "GPE"),)}
    with store.writing() as transaction:
        if person is not None:
            transaction.decisions.add_by_person(document, person, Content())
        by_person = transaction.decisions.by_person(document, transaction.seq)
        decision = StoredDecision(
            policy="latest" if person is None else "person",
            parameters={},
            decider=person or "curator",
            revisions=tuple(revisions),
            contributors=(),
            losses=(),
            counts={},
            record=record_line(Record(document, "Paris dort", spans=spans)),
            person_decision=None if by_person is None or person is None else by_person.number,
        )
        transaction.decisions.add({document: (f"{revisions} {person}", decision)})


def delete(store: SqlStore, task: int, document: str) -> None:
    with store.writing() as transaction:
        transaction.revisions.append(identity(task * 10, "s", created_at=AT.format(1)), document, None)


def counted(overview: SqlOverview) -> LabelReport:
    """Return the report once everything is counted."""
    wait_until(lambda: not overview.labels().counting)
    return overview.labels()


def fates(report: LabelReport, pipeline: PipelineId = RULES) -> dict[tuple[str, MatchKind], int]:
    matches = next(candidate for candidate in report.pipelines if candidate.pipeline == str(pipeline))
    return {(row.label, kind): row.matches[kind] for row in matches.labels for kind in MatchKind if row.matches[kind]}


def states(overview: SqlOverview) -> dict[str, DocumentState]:
    return {line.id: line.state for line in overview.documents(None, 1).lines}


def test_every_document_is_in_one_state(overview: SqlOverview, store: SqlStore, annotate: Annotate) -> None:
    annotate(1, PARIS, region(0, 5, "GPE"))
    decide(store, PARIS, [1])
    annotate(2, LYON)
    annotate(3, OSLO, skipped=True)
    expected = {
        PARIS: DocumentState.REVIEWED,
        LYON: DocumentState.UNDECIDED,
        OSLO: DocumentState.SKIPPED,
        ROME: DocumentState.WAITING,
        NICE: DocumentState.NO_TASK,
    }
    assert states(overview) == expected
    assert overview.progress().documents == dict.fromkeys(DocumentState, 1)
    for document, state in expected.items():
        page = overview.documents(state, 1)
        assert [line.id for line in page.lines] == [document]
        assert (page.page, page.pages, page.total) == (1, 1, 1)
    # Changed since it was decided, and withdrawn.
    annotate(1, PARIS, day=2)
    assert states(overview)[PARIS] is DocumentState.UNDECIDED
    delete(store, 1, PARIS)
    assert states(overview)[PARIS] is DocumentState.WAITING


def test_a_submission_outweighs_a_skip(overview: SqlOverview, store: SqlStore, annotate: Annotate) -> None:
    annotate(1, PARIS, skipped=True)
    annotate(2, PARIS)
    assert states(overview)[PARIS] is DocumentState.UNDECIDED
    assert next(line for line in overview.documents(None, 1).lines if line.id == PARIS).annotations == 2


def test_annotators_and_days(overview: SqlOverview, store: SqlStore, annotate: Annotate) -> None:
    annotate(1, PARIS, day=3, lead=10.0)
    annotate(2, LYON, day=2, lead=31.0, skipped=True)
    annotate(3, OSLO, lead=None)
    annotate(4, ROME)
    delete(store, 4, ROME)
    progress = overview.progress()
    zoe, nobody = progress.annotators
    assert (zoe.name, zoe.reviewed, zoe.skipped, zoe.mean_lead_time) == ("zoe@example.org", 1, 1, 20.5)
    assert zoe.last_activity == AT.format(3)
    assert (nobody.name, nobody.reviewed, nobody.mean_lead_time) == ("unknown", 1, None)
    assert progress.days == (("2026-11-21", 2),)


def test_what_became_of_predictions_is_kept_up_to_date(
    overview: SqlOverview, store: SqlStore, annotate: Annotate
) -> None:
    assert counted(overview).pipelines[0].annotations == 0
    annotate(1, PARIS, region(0, 4, "GPE"))
    annotate(2, LYON, region(0, 4, "PER"), region(5, 8, "ATTACK", "events"))
    annotate(3, OSLO, skipped=True)
    # Without a task that was given a prediction there is nothing to compare.
    annotate(5, NICE, region(0, 4, "GPE"))
    report = counted(overview)
    assert (report.pipelines[0].documents, report.pipelines[0].annotations) == (5, 2)
    assert fates(report) == {("GPE", MatchKind.EXACT): 1, ("GPE", MatchKind.LABEL): 1, ("ATTACK", MatchKind.MISSED): 1}
    assert {label.label: label.predicted for label in report.pipelines[0].labels} == {"GPE": 5, "ATTACK": 0}
    annotate(2, LYON, region(0, 3, "GPE"), day=2)
    delete(store, 1, PARIS)
    annotate(3, OSLO, day=2)
    assert fates(counted(overview)) == {("GPE", MatchKind.BOUNDARY): 1, ("GPE", MatchKind.SPURIOUS): 1}
    # A process that starts now counts the same.
    assert counted(SqlOverview(store, overview._inbox, READ_ANNOTATION)) == counted(overview)
    adopt_schema(store, schema_with_label("ORG"), "tests")
    assert fates(counted(overview)) == {("GPE", MatchKind.BOUNDARY): 1, ("GPE", MatchKind.SPURIOUS): 1}


def test_an_annotation_counts_for_the_prediction_it_started_from(
    overview: SqlOverview, store: SqlStore, annotate: Annotate
) -> None:
    annotate(1, PARIS, region(0, 4, "GPE"))
    predict(store, NET)
    annotate(1, PARIS, day=2)
    annotate(2, LYON)
    predict(store, PipelineId("never", "sent"), sent=False)
    annotate(3, OSLO)
    report = counted(overview)
    assert [pipeline.pipeline for pipeline in report.pipelines] == ["never@sent", str(NET), str(RULES)]
    assert [pipeline.annotations for pipeline in report.pipelines] == [0, 2, 1]
    assert fates(report) == {("GPE", MatchKind.SPURIOUS): 1}
    seen = overview.document(PARIS)
    assert seen is not None
    assert seen.predicted is not None
    assert (seen.predicted.by, seen.shown) == (str(RULES), True)


def test_deliveries_have_state_cause_and_lag(overview: SqlOverview, store: SqlStore, inbox: SqliteInbox) -> None:
    applied, dead, _ = (inbox.put(body) for body in (b"{}", b"[]", b"waits"))
    with store.writing() as transaction:
        transaction.add_receipts({applied: "applied"})
    inbox.settle(applied, "applied", "")
    inbox.settle(dead, "dead", "unknown-shape")
    deliveries = overview.deliveries()
    assert [(delivery.number, delivery.state, delivery.size) for delivery in deliveries.last] == [
        (3, "pending", 5),
        (2, "dead", 2),
        (1, "applied", 2),
    ]
    assert [(delivery.number, delivery.cause, delivery.lag) for delivery in deliveries.dead] == [
        (2, "unknown-shape", None)
    ]
    lag = deliveries.last[2].lag
    assert lag is not None
    assert 0 <= lag < 60
    assert deliveries.counts == {"pending": 1, "applied": 1, "stale": 0, "dead": 1}


def test_versions_and_models_come_newest_first(overview: SqlOverview, store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.versions.add(StoredVersion("news", 1, "a" * 64, 1), [])
        transaction.versions.add(StoredVersion("news", 2, "b" * 64, 2), [])
        transaction.models.add("news-v1", "news", 1, "models", {"ents_f": 0.5})
    assert [(version.dataset, version.number, version.digest[0]) for version in overview.versions()] == [
        ("news", 2, "b"),
        ("news", 1, "a"),
    ]
    (model,) = overview.models()
    assert (model.name, model.scores) == ("news-v1", {"ents_f": 0.5})


def test_a_document_with_its_history(overview: SqlOverview, store: SqlStore, annotate: Annotate) -> None:
    annotate(1, PARIS, region(0, 4, "GPE"), region(0, 4, "NOPE"))
    delete(store, 1, PARIS)
    annotate(2, PARIS, region(0, 5, "GPE"), day=2)
    seen = overview.document(PARIS)
    assert seen is not None
    assert (seen.text, seen.split, seen.split_reason) == ("Paris dort", "train", "hash")
    assert [(source.name, source.meta) for source in seen.sources] == [("Pari.txt", {"a": [1]})]
    first, deleted, second = seen.revisions
    assert (first.current, first.spans, first.problems, first.annotator) == (False, 1, 1, "zoe@example.org")
    assert (deleted.current, deleted.deleted) == (True, True)
    assert (second.current, second.updated_at) == (True, AT.format(2))
    assert seen.current is not None
    assert not seen.decided
    assert [span.key for span in seen.current.content.spans] == [("entities", 0, 5, "GPE")]
    decide(store, PARIS, [1])
    assert not overview.document(PARIS).decided  # type: ignore[union-attr]
    decide(store, PARIS, [3])
    decided = overview.document(PARIS)
    assert decided is not None
    assert decided.decided
    assert decided.current is not None
    assert decided.current.by == "curator, policy latest"


def test_what_a_person_decided_is_shown_whatever_was_annotated_since(
    overview: SqlOverview, store: SqlStore, annotate: Annotate
) -> None:
    annotate(1, PARIS, region(0, 4, "GPE"))
    decide(store, PARIS, [1])
    decide(store, PARIS, [1], person="ada")
    annotate(2, PARIS, region(0, 3, "GPE"), day=2)
    seen = overview.document(PARIS)
    assert seen is not None
    assert seen.current is not None
    assert (seen.state, seen.decided, seen.current.by) == (DocumentState.REVIEWED, True, "ada")
    assert [span.key for span in seen.current.content.spans] == [("entities", 0, 5, "GPE")]
    # Another person's decision takes its place; without a task and annotations too.
    decide(store, PARIS, [], person="bob")
    decide(store, NICE, [], person="bob")
    for document in (PARIS, NICE):
        seen = overview.document(document)
        assert seen is not None
        assert seen.current is not None
        assert (seen.state, seen.decided, seen.current.by) == (DocumentState.REVIEWED, True, "bob")


def test_a_skipped_document_has_a_prediction_and_no_answer(overview: SqlOverview, annotate: Annotate) -> None:
    annotate(3, OSLO, skipped=True)
    seen = overview.document(OSLO)
    assert seen is not None
    assert (seen.current, seen.shown, seen.decided) == (None, False, False)
    assert seen.predicted is not None
    assert overview.document("0" * 24) is None


def test_pages_beyond_the_last_one_are_the_last_one(overview: SqlOverview, store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival(f"texte {number}") for number in range(60)])
    first, last = overview.documents(None, -3), overview.documents(None, 99)
    assert (first.page, len(first.lines)) == (1, 50)
    assert (last.page, last.pages, last.total, len(last.lines)) == (2, 2, 65, 15)
    assert first.lines[-1].id < last.lines[0].id


def test_an_empty_store(store: SqlStore, inbox: SqliteInbox) -> None:
    overview = SqlOverview(store, inbox, READ_ANNOTATION)
    assert overview.schema() is None
    assert overview.progress().total == 0
    assert overview.labels().pipelines == ()
    assert overview.documents(None, 1).lines == ()
    assert overview.document(PARIS) is None
    assert (overview.versions(), overview.models()) == ((), ())


def test_a_store_that_is_not_set_up_is_a_curator_error(empty_url: str, inbox: SqliteInbox) -> None:
    engine = open_engine(empty_url)
    with pytest.raises(CuratorError, match="not set up"):
        SqlOverview(SqlStore(engine), inbox, READ_ANNOTATION).progress()
    engine.dispose()
