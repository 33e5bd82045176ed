"""What waits for a reviewer decides nothing; what a reviewer corrected takes the place of what was imported."""

from dataclasses import dataclass
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import AnnotationState
from curator.domain.canonical import document_id
from curator.domain.filters import Filters
from curator.domain.policy import Policy
from curator.domain.record import Record, record_from_line
from curator.steps.curation.decide import Decider, Rules
from curator.steps.curation.selection import Selection
from curator.steps.curation.silver import Silver
from curator.steps.in_force.rules import put_rules_in_force
from curator.store.views.overview import SqlOverview
from curator.views.progress import DocumentState
from tests.fakes.deciding import decide_all
from tests.fakes.importing import ADA, LATER, imported, marked, take
from tests.fakes.parts import NamePipeline, region
from tests.fakes.world import World

TEXT = "Marie Curie est née à Varsovie."
MARIE = (0, 11, "PER")
POLICIES = ("latest", "majority", "union", "intersection", "ground-truth", "adjudicated")
BOB = "bob@example.org"


@dataclass
class Desk:
    """A world with an imported annotation by Ada, who has no account, sent to be reviewed."""

    world: World

    def import_(self, *, for_review: bool) -> None:
        take(self.world, imported(TEXT, marked(MARIE, updated_at=LATER)), for_review=for_review)

    def copy(self) -> AnnotationState:
        states = [state for state, _ in self.world.server.annotations(self.world.project).values()]
        (copy,) = (state for state in states if state.review_of is not None)
        return copy

    def correct(self, *result: Any, user: int = 1) -> None:
        self.world.server.clock.pass_time(3600)
        self.world.server.change(int(self.copy().identity.key), user=user, result=list(result))
        self.world.sync()

    def records(self, policy: str = "latest", **filters: Any) -> list[Record]:
        rules = Rules(Policy(policy), True, "s", Filters(**filters))
        with self.world.store.writing() as transaction:
            seq = transaction.seq
            if not filters:
                put_rules_in_force(transaction.settings, rules.value())
        documents = decide_all(self.world.store, Decider(self.world.schema, rules, READ_ANNOTATION), seq)
        lines = (document.line for document in documents if document.line is not None)
        return [record_from_line(line) for of_document in lines for line in of_document.splitlines(keepends=True)]

    def spans(self, policy: str = "latest", **filters: Any) -> list[list[tuple[int, int, str]]]:
        records = self.records(policy, **filters)
        return [[(span.start, span.end, span.label) for span in record.content.spans] for record in records]

    def state(self) -> DocumentState:
        overview = SqlOverview(self.world.sql, self.world.sql_inbox, READ_ANNOTATION)
        view = overview.document(document_id(TEXT))
        assert view is not None
        (line,) = overview.documents(None, 1).lines
        progress = overview.progress()
        assert line.state is view.state
        assert progress.documents[view.state] == 1
        worked = view.state in (DocumentState.REVIEWED, DocumentState.UNDECIDED)
        assert bool(progress.days) == worked
        assert bool(sum(annotator.reviewed for annotator in progress.annotators)) == worked
        assert bool(line.annotations) == (worked or view.state is DocumentState.SKIPPED)
        return view.state


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk(world)
    desk.import_(for_review=True)
    world.push()
    world.sync()
    return desk


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_sees_what_waits(desk: Desk, policy: str) -> None:
    assert len(desk.world.server.annotations(desk.world.project)) == 1
    assert desk.records(policy) == []
    assert desk.records(each_annotation=True) == []
    assert desk.state() is DocumentState.WAITING


@pytest.mark.parametrize("policy", ["latest", "majority", "union", "intersection"])
def test_a_corrected_copy_is_decided_on_alone(desk: Desk, policy: str) -> None:
    desk.correct(region(0, 5, "PER"), region(22, 30, "GPE"))
    assert desk.spans(policy) == [[(0, 5, "PER"), (22, 30, "GPE")]]
    assert desk.spans(each_annotation=True) == [[(0, 5, "PER"), (22, 30, "GPE")]]
    assert desk.state() is DocumentState.REVIEWED


def test_the_record_names_the_imported_annotator_and_the_reviewer_and_not_whose_token_sent_it(desk: Desk) -> None:
    bob = desk.world.server.add_user(BOB)
    desk.correct(region(0, 5, "PER"), user=bob)
    (record,) = desk.records()
    assert record.provenance.annotators == (ADA, BOB)
    assert record.provenance.last_annotator == BOB
    assert record.provenance.pipeline is None


def test_a_correction_does_not_count_as_begun_from_a_prediction(desk: Desk) -> None:
    desk.world.preannotate()
    desk.world.push()
    desk.correct(region(0, 5, "PER"))
    (record,) = desk.records()
    assert record.provenance.pipeline is None
    desk.world.readings.catch_up()
    overview = SqlOverview(desk.world.sql, desk.world.sql_inbox, READ_ANNOTATION)
    assert [pipeline.annotations for pipeline in overview.labels().pipelines] == [0]


@pytest.mark.parametrize("policy", ["latest", "majority", "union", "intersection"])
def test_imported_again_without_review_counts_once(desk: Desk, policy: str) -> None:
    desk.import_(for_review=False)
    assert desk.spans(policy) == [[MARIE]]
    assert desk.records(policy)[0].provenance.annotators == (ADA,)
    assert desk.spans(each_annotation=True) == [[MARIE]]
    # Somebody corrects the copy that is there still: that is Ada's annotation as it was corrected, and no second vote.
    desk.correct(region(0, 5, "PER"))
    assert desk.spans(policy) == [[(0, 5, "PER")]]
    assert desk.spans(each_annotation=True) == [[(0, 5, "PER")]]


def test_a_deleted_correction_gives_its_place_back_to_what_counts(desk: Desk) -> None:
    desk.import_(for_review=False)
    desk.correct(region(0, 5, "PER"))
    desk.world.server.delete(int(desk.copy().identity.key))
    desk.world.sync()
    assert desk.spans() == [[MARIE]]


def test_an_own_submission_counts_beside_the_copy(desk: Desk) -> None:
    ((task, _),) = desk.world.server.known_tasks(desk.world.project).items()
    desk.world.server.annotate(task, [region(22, 30, "GPE")])
    desk.world.deliver()
    assert desk.spans("majority") == [[(22, 30, "GPE")]]
    assert desk.state() is DocumentState.REVIEWED


def test_a_skipped_copy_is_a_skip(desk: Desk) -> None:
    desk.world.server.clock.pass_time(3600)
    desk.world.server.change(int(desk.copy().identity.key), was_cancelled=True)
    desk.world.sync()
    assert desk.records() == []
    assert desk.state() is DocumentState.SKIPPED


def test_what_waits_keeps_no_document_from_being_silver_and_a_correction_does(world: World) -> None:
    take(world, imported(TEXT, marked(MARIE), split="train"), for_review=True)
    world.push()
    world.sync()
    world.preannotate(NamePipeline(score=0.9))

    def silver() -> int:
        with world.store.reading() as transaction:
            seq = transaction.seq
        found = Silver(world.schema, Filters(silver=0.5)).documents(world.store, seq, Selection())
        return len(list(found))

    assert silver() == 1
    desk = Desk(world)
    desk.correct(region(0, 5, "PER"))
    assert silver() == 0
    world.server.delete(int(desk.copy().identity.key))
    world.sync()
    assert silver() == 0


def test_the_page_of_a_document_marks_what_waits(desk: Desk) -> None:
    overview = SqlOverview(desk.world.sql, desk.world.sql_inbox, READ_ANNOTATION)
    view = overview.document(document_id(TEXT))
    assert view is not None
    assert [(revision.for_review, revision.current) for revision in view.revisions] == [(True, True)] * 2
    assert view.current is None
    desk.correct(region(0, 5, "PER"))
    view = overview.document(document_id(TEXT))
    assert view is not None
    assert [revision.for_review for revision in view.revisions] == [True, True, False]
    assert view.current is not None


def test_the_past_is_as_it_was(desk: Desk) -> None:
    with desk.world.store.reading() as transaction:
        before = transaction.seq
    desk.correct(region(0, 5, "PER"))
    with desk.world.store.reading() as transaction:
        assert transaction.revisions.revisions_at([document_id(TEXT)], before) == {}
        assert len(transaction.revisions.revisions_at([document_id(TEXT)], before, for_review=True)) == 1
        assert len(transaction.revisions.revisions_at([document_id(TEXT)], transaction.seq)) == 1


@pytest.mark.parametrize("filters", [{}, {"each_annotation": True}])
def test_what_no_copy_could_hold_is_among_the_losses_once_a_copy_was_corrected(
    world: World, filters: dict[str, Any]
) -> None:
    body = {
        "spans": {"entities": [{"id": "marie", "start": 0, "end": 11, "label": "PER"}]},
        "attributes": [{"on": "marie", "name": "wikidata", "value": "Q7186"}],
    }
    take(world, imported(TEXT, marked(body=body)), for_review=True)
    world.push()
    world.sync()
    desk = Desk(world)
    desk.correct(*desk.copy().body)
    decider = Decider(world.schema, Rules(Policy("latest"), True, "s", Filters(**filters)), READ_ANNOTATION)
    with world.store.reading() as transaction:
        seq = transaction.seq
    (decided,) = decide_all(world.store, decider, seq)
    lost = {"on": "entities:0-11:PER", "name": "wikidata", "value": "Q7186"}
    assert decided.line is not None
    assert [(loss.kind, loss.item, loss.reason) for loss in decided.losses] == [
        ("attribute", lost, "not-sent-for-review:unknown-control")
    ]
    world.server.delete(int(desk.copy().identity.key))
    world.sync()
    with world.store.reading() as transaction:
        seq = transaction.seq
    assert [loss.kind for document in decide_all(world.store, decider, seq) for loss in document.losses] == []
