"""Documents, sources, splits and predictions: each once, and with their past."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.canonical import document_id
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.span import Content, Relation, Span
from curator.domain.split import Assignment
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_documents import ArrivedDocument
from curator.steps.ports.stored_signatures import WaitingDocument
from curator.store.database import SqlStore
from tests.domain.annotations import annotation
from tests.store.conftest import arrival

NAMES = PipelineId("names", "d1")
CONTENT = Content((Span("entities", 0, 5, "GPE", 0.5, "capital"),), (Relation("a", "b", "place"),))


def test_documents_and_sources_are_added_once(store: SqlStore) -> None:
    batch = [arrival("Paris"), arrival("Paris", "b.txt"), arrival("Lyon")]
    outcomes = []
    for _ in range(2):
        with store.writing() as transaction:
            outcomes.append(transaction.documents.add(batch))
    assert outcomes == [(2, 3), (0, 0)]


def test_a_source_counts_again_where_its_metadata_changed(store: SqlStore) -> None:
    for number in (1, 2):
        with store.writing() as transaction:
            assert transaction.documents.add([arrival("Paris", k=number)])[1] == 1
    with store.reading() as transaction:
        paris = document_id("Paris")
        assert transaction.documents.describing_sources([paris], 1)[paris][1].meta == {"k": 1}
        assert transaction.documents.describing_sources([paris], 2)[paris][1].meta == {"k": 2}
        assert transaction.documents.first_sources([paris]) == {paris: "a.txt"}


def test_metadata_goes_before_a_newer_source_without_any(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris", "a", k=1), arrival("Paris", "b")])
    with store.reading() as transaction:
        sources = transaction.documents.describing_sources([document_id("Paris"), document_id("Lyon")], 1)
        assert {document: source.name for document, (_, source) in sources.items()} == {document_id("Paris"): "a"}


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_any_storable_text_comes_back_as_it_was(store: SqlStore, text: str) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival(text)])
    with store.reading() as transaction:
        assert transaction.documents.text(document_id(text)) == text


def test_documents_come_by_id_and_as_of_a_number(store: SqlStore) -> None:
    for text in ("Paris", "Lyon", "Nice"):
        with store.writing() as transaction:
            transaction.documents.add([arrival(text)])
    with store.reading() as transaction:
        ids = [document.id for document in transaction.documents.all()]
        assert ids == sorted(document_id(text) for text in ("Paris", "Lyon", "Nice"))
        assert {document.text for document in transaction.documents.all(as_of=2)} == {"Paris", "Lyon"}
        assert transaction.documents.by_id([]) == {}
        assert transaction.documents.text("f" * 24) is None


def test_a_split_is_assigned_once_and_never_changes(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        assert transaction.signatures.waiting() == [WaitingDocument(document, None)]
        transaction.documents.assign([Assignment(document, "train", "hash")])
    with store.writing() as transaction:
        seq = transaction.seq
        transaction.documents.assign([Assignment(document, "test", "given")])
        assert transaction.signatures.waiting() == [WaitingDocument(document, None, seq - 1)]
    with store.reading() as transaction:
        assert transaction.documents.splits(seq) == {document: Assignment(document, "train", "hash")}
        assert transaction.documents.splits(1) == {}
        assert transaction.documents.splits(seq, [document]).keys() == {document}
        assert transaction.documents.splits(seq, ["f" * 24]) == transaction.documents.splits(seq, []) == {}


def test_places_that_contradict_each_other_give_one_split_in_any_order(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris", "a", "train"), arrival("Paris", "b", "test")])
        transaction.documents.add([arrival("Lyon", "b", "test"), arrival("Lyon", "a", "train")])
        assert len({document.given for document in transaction.signatures.waiting()}) == 1


def test_predictions_are_added_once_and_never_change(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        assert transaction.documents.add_predictions([Prediction(document, NAMES, CONTENT)] * 2) == 1
        assert transaction.documents.add_predictions([Prediction(document, NAMES, Content())]) == 0
        assert lacking(transaction, NAMES) == []
        assert lacking(transaction, PipelineId("names", "d2")) == [document]
        ((stored,),) = transaction.tasks.newest_predictions([document]).values()
    assert stored.prediction == Prediction(document, NAMES, CONTENT)


def lacking(transaction: Transaction, pipeline: PipelineId) -> list[str]:
    """Return what a pipeline lacks, read two at a time, by the order of arrival."""
    until = transaction.seq
    found: list[str] = []
    last: ArrivedDocument | None = None
    while page := transaction.documents.lacking_prediction(pipeline, until, 2, last):
        found += [arrived.document.id for arrived in page]
        last = page[-1]
    assert transaction.documents.count_lacking(pipeline, until) == len(found)
    return found


def test_what_lacks_a_prediction_comes_in_pages_by_arrival(store: SqlStore) -> None:
    names = [[f"texte {batch} {number}" for number in range(5)] for batch in range(3)]
    for texts in names:
        with store.writing() as transaction:
            transaction.documents.add([arrival(text) for text in texts])
    expected = [document for texts in names for document in sorted(map(document_id, texts))]
    other = PipelineId("names", "d2")
    with store.writing() as transaction:
        assert lacking(transaction, NAMES) == expected
        transaction.documents.add_predictions([Prediction(expected[number], NAMES, CONTENT) for number in (0, 7, 14)])
        assert lacking(transaction, NAMES) == [expected[n] for n in range(15) if n not in (0, 7, 14)]
        transaction.documents.set_predicted(NAMES, 2)
        assert lacking(transaction, NAMES) == [expected[n] for n in range(10, 14)]
        transaction.documents.set_predicted(NAMES, 1)
        assert lacking(transaction, NAMES) == [expected[n] for n in range(10, 14)]
        assert lacking(transaction, other) == expected
        assert transaction.documents.lacking_prediction(other, 1, 100)[-1].document.id == expected[4]


def test_of_each_pipeline_the_newest_prediction_is_given(store: SqlStore, document: str) -> None:
    for pipeline in (NAMES, PipelineId("model", "m1"), PipelineId("names", "d2")):
        with store.writing() as transaction:
            transaction.documents.add_predictions([Prediction(document, pipeline, CONTENT)])
    with store.reading() as transaction:
        newest = transaction.tasks.newest_predictions([document])[document]
        assert [str(stored.prediction.pipeline) for stored in newest] == ["model@m1", "names@d2"]


def test_what_came_along_in_a_source_is_any_json(store: SqlStore) -> None:
    meta: dict[str, Any] = {"é": [None, 1.5, {"x": "\ud800\x00"}]}
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris", **meta)])
        paris = document_id("Paris")
        assert transaction.documents.describing_sources([paris], transaction.seq)[paris][1].meta == meta


def test_predictions_of_documents_that_nobody_annotated_or_decided_on_come_by_document(store: SqlStore) -> None:
    texts = ("Paris", "Lyon", "Nice", "Brest", "Lille")
    later = PipelineId("names", "d2")
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in texts])
        predicted = [Prediction(document_id(text), NAMES, CONTENT) for text in texts[:4]]
        given = [Prediction(document_id("Lille"), PipelineId(GIVEN, ""), CONTENT)]
        transaction.documents.add_predictions([*predicted, *given])
    with store.writing() as transaction:
        state = annotation(body=[]).state
        transaction.revisions.append(state.identity, document_id("Paris"), state)
        transaction.decisions.add_by_person(document_id("Lyon"), "grace", Content())
        transaction.documents.add_predictions([Prediction(document_id("Nice"), later, CONTENT)])
    with store.writing() as transaction:
        transaction.revisions.append(state.identity, document_id("Paris"), None)

    def documents(as_of: int, after: str = "", limit: int = 9) -> list[tuple[str, PipelineId]]:
        with store.reading() as transaction:
            numbered = transaction.documents.unannotated_predictions(after, limit, as_of)
        return [(each.prediction.document, each.prediction.pipeline) for each in numbered]

    assert documents(0) == []
    assert documents(1) == sorted((document_id(text), NAMES) for text in texts[:4])
    left = sorted([(document_id("Nice"), later), (document_id("Brest"), NAMES)])
    assert documents(2) == documents(3) == left
    assert (documents(3, limit=1), documents(3, after=left[0][0])) == (left[:1], left[1:])


def test_a_document_that_bridges_splits_counts_as_dealt_with(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        assert not transaction.documents.have_splits()
        transaction.documents.assign([Assignment(document, None, "bridges-splits")])
    with store.reading() as transaction:
        assert transaction.documents.have_splits()
