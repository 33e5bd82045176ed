"""Imported annotations are reviewed in a real Label Studio: nothing counts before somebody corrected it there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import AnnotationState
from curator.domain.policy import Policy
from curator.domain.record import Record, record_from_line
from curator.label_studio.client import LabelStudioServer
from curator.label_studio.payloads import read_delivery
from curator.steps.curation.decide import Decider, Rules
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.publish import HOOK_PATH, Hook, Published, publish
from curator.steps.desk.push_lease import push_lease
from curator.steps.desk.receive import Receiver, applier_lease
from curator.steps.desk.reconcile import reconcile
from curator.steps.desk.report import ReconciliationReport
from tests.conftest import RunningLabelStudio
from tests.contracts.conftest import HttpReviewer
from tests.fakes.deciding import decide_all
from tests.fakes.importing import imported, marked, take
from tests.fakes.parts import region, silent
from tests.fakes.world import World

EARLY = "Marie Curie est née à Varsovie, dit-on à Reims."
LATE = "Paul vit à Lyon, Anne à Nice, selon la mairie."
ADA = "ada.reviews@example.org"
HOOK = Hook(f"http://hook.example.org{HOOK_PATH}", {"X-Curator-Secret": "s3cret"})


@dataclass
class Desk:
    """A store, and the project of it in a real Label Studio."""

    world: World
    server: LabelStudioServer
    reviewer: HttpReviewer

    def __post_init__(self) -> None:
        lease = applier_lease(self.world.store)
        acceptor = Acceptor(self.world.store, self.server, self.world.schema, READ_ANNOTATION, lease)
        self.receiver = Receiver(self.world.inbox, self.world.store, acceptor, read_delivery)

    def push(self) -> Published:
        with push_lease(self.world.store, self.server.name, "a test") as lease:
            marker = f"curator:{self.world.folder}"
            self.published = publish(self.world.store, self.server, self.world.schema, marker, HOOK, lease, silent)
            return self.published

    def sync(self) -> ReconciliationReport:
        return reconcile(self.receiver, HOOK, False, silent, False)

    def copies(self) -> dict[str, AnnotationState]:
        """Return the copies that are there, by the text of their task."""
        found: dict[str, AnnotationState] = {}
        for number in self.server.task_index(self.published.project):
            task = self.server.task(number)
            assert task is not None
            found |= {str(task.ref.text): state for state in task.annotations if state.review_of is not None}
        return found

    def held(self) -> dict[Any, AnnotationState | None]:
        with self.world.store.reading() as transaction:
            revisions = list(transaction.revisions.current_revisions())
        return {item.identity: item.state for item in revisions if item.identity.source != "import"}

    def records(self) -> list[Record]:
        with self.world.store.reading() as transaction:
            seq = transaction.seq
        rules = Rules(Policy("latest"), named_annotators=True, salt="s")
        documents = decide_all(self.world.store, Decider(self.world.schema, rules, READ_ANNOTATION), seq)
        return [record_from_line(document.line) for document in documents if document.line is not None]


@pytest.fixture
def desk(world: World, label_studio: RunningLabelStudio) -> Iterator[Desk]:
    server = LabelStudioServer("real", label_studio.url, label_studio.token)
    yield Desk(world, server, HttpReviewer(label_studio.http))
    server.close()


def test_what_was_imported_is_corrected_in_label_studio_and_counts_then(
    desk: Desk, label_studio: RunningLabelStudio
) -> None:
    ada = label_studio.http.post("/api/users/", json={"email": ADA, "username": ADA}).raise_for_status().json()["id"]
    world = desk.world
    # One text is there before; the other one's task is made with its annotation.
    world.ingest(LATE)
    desk.push()
    found = (
        imported(EARLY, marked((0, 11, "PER"), annotator=ADA)),
        imported(LATE, marked((0, 4, "PER"), (11, 15, "GPE"), annotator="Zoé")),
    )
    take(world, *found, for_review=True)
    assert world.status()["for_review"] == 2
    report = desk.push()
    assert (report.tasks, report.sent_for_review) == (1, 2)
    assert desk.push().sent_for_review == 0

    desk.sync()
    copies = desk.copies()
    assert {text: state.for_review for text, state in copies.items()} == {EARLY: True, LATE: True}
    assert copies[EARLY].annotator == f"real/{ada}"
    assert not any(state.ground_truth for state in copies.values())
    assert desk.held() == {state.identity: state for state in copies.values()}
    assert desk.records() == []
    assert (world.status()["annotations"], world.status()["for_review"]) == (0, 2)

    desk.reviewer.think()
    corrected = [region(0, 5, "PER"), region(22, 30, "GPE")]
    desk.reviewer.change(int(copies[EARLY].identity.key), result=corrected, lead_time=12.5)
    desk.reviewer.delete(int(copies[LATE].identity.key))
    desk.sync()
    copies = desk.copies()
    assert list(copies) == [EARLY]
    assert not copies[EARLY].for_review
    assert desk.held() == {copies[EARLY].identity: copies[EARLY]}
    (record,) = desk.records()
    assert [(span.start, span.end) for span in record.content.spans] == [(0, 5), (22, 30)]
    assert record.provenance.annotators == tuple(sorted((ADA, label_studio.username)))
    assert record.provenance.last_annotator == label_studio.username
    assert (world.status()["annotations"], world.status()["for_review"]) == (1, 1)

    take(world, *found, for_review=True)
    assert desk.push().sent_for_review == 0
    assert list(desk.copies()) == [EARLY]
    assert desk.sync().applied == 0
    take(world, *found)
    assert desk.push().sent_for_review == 0
    assert {record.text for record in desk.records()} == {EARLY, LATE}
    # What the reviewer made of it holds, whatever was imported counts beside it.
    assert {record.text: len(record.content.spans) for record in desk.records()} == {EARLY: 2, LATE: 2}
