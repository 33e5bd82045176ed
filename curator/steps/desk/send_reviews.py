"""Annotations from elsewhere that wait for a reviewer, out to Label Studio as annotations to be corrected there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.annotation import AnnotationState, annotator_key
from curator.domain.document import Document
from curator.domain.forms import read_content
from curator.domain.held_attributes import attributes_not_held
from curator.domain.schema import LabelSchema
from curator.domain.span import Attribute, attribute_value
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.verdict import is_intact
from curator.steps.ports.label_server import LabelServer, NewReview, TaskState
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_reviews import Attempt, WaitingReview

_BATCH = 100


@dataclass(frozen=True, slots=True)
class NotSent:
    """An attribute of an annotation that a reviewer is not shown, as the labelling interface cannot hold it."""

    document: str
    revision: int
    attribute: Attribute
    reason: str

    def __str__(self) -> str:
        attribute = f"attribute {self.attribute.name!r} of {self.attribute.on}"
        return f"document {self.document}: {attribute} cannot be reviewed, nor kept by a correction: {self.reason}"

    def value(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return {"document": self.document, **attribute_value(self.attribute), "reason": self.reason}


@dataclass(slots=True)
class ReviewSender:
    """Sends what waits for a reviewer to a project, each revision once at most.

    `sent` counts those that were sent, `not_sent` are the attributes that their copies lack. That one is about to be
    sent is remembered before: of one of which nobody heard what came, the copy is looked for by its mark. Where there
    is none, and the task changed since or was made with it, somebody may have deleted the copy, and it is not sent
    again.
    """

    store: Store
    server: LabelServer
    project: int
    schema: LabelSchema
    lease: HeldLease
    sent: int = 0
    not_sent: list[NotSent] = field(default_factory=list)
    _users: Mapping[str, int] | None = field(default=None, init=False)
    _names: Mapping[str, str] = field(default_factory=dict, init=False)

    def of_new_tasks(self, documents: Mapping[str, Document]) -> dict[str, tuple[NewReview, ...]]:
        """Return what tasks of the documents are to be made with, by document; it is remembered as about to be sent."""
        with self.store.reading() as transaction:
            waiting = transaction.reviews.waiting(self.server.name, self.project, documents)
        if not waiting:
            return {}
        with self.lease.writing() as transaction:
            attempts = [(review.revision.number, Attempt()) for review in waiting]
            transaction.reviews.begin(self.server.name, self.project, attempts)
        reviews: dict[str, tuple[NewReview, ...]] = {}
        for review in waiting:
            document = review.revision.document
            new = self._new(review, documents[document].text)
            reviews[document] = (*reviews.get(document, ()), new)
        return reviews

    def note_made(self, transaction: Transaction, reviews: Mapping[str, Sequence[NewReview]]) -> None:
        """Remember that tasks were made with their reviews."""
        numbers = [review.revision for of_document in reviews.values() for review in of_document]
        if numbers:
            transaction.reviews.mark_sent(self.server.name, self.project, numbers)
            self.sent += len(numbers)
            for document, of_document in reviews.items():
                self._note_not_sent(document, of_document)

    def to_tasks(self, progress: Progress) -> None:
        """Give the tasks that are there the annotations to review that they lack.

        A task that is another document's by now, or has another text, is left alone, and looked at again next time.
        Raises LeaseLost where another took the lease to push.
        """
        name, project = self.server.name, self.project
        with self.store.reading() as transaction:
            seq = transaction.seq
            documents = transaction.reviews.unsettled(name, project)
        if documents is None:
            return
        left_alone: set[int] = set()
        for start in range(0, len(documents), _BATCH):
            batch = documents[start : start + _BATCH]
            while self._send_round(batch, left_alone):
                pass
            progress(min(start + _BATCH, len(documents)), len(documents))
        if not left_alone:
            self.lease.keep()
            with self.lease.writing() as transaction:
                transaction.reviews.settle(name, project, seq)

    def _send_round(self, documents: Sequence[str], left_alone: set[int]) -> bool:
        """Send at most one annotation to each task, as sending one changes its task; returns whether more may wait."""
        with self.store.reading() as transaction:
            waiting = transaction.reviews.waiting(self.server.name, self.project, documents)
        of_tasks: dict[int, WaitingReview] = {}
        for review in waiting:
            if review.task is not None and review.revision.number not in left_alone:
                of_tasks.setdefault(review.task, review)
        if not of_tasks:
            return False
        self.lease.keep()
        listed = self.server.tasks_by_id(self.project, sorted(of_tasks))
        states = {state.ref.task: state for state in listed if isinstance(state, TaskState)}
        known, lacking = [], []
        for task, review in of_tasks.items():
            state = states.get(task)
            if state is None or state.ref.document != review.revision.document or not is_intact(state.ref):
                left_alone.add(review.revision.number)
            elif _was_sent(review, state):
                known.append(review.revision.number)
            else:
                lacking.append((review, state))
        self._send(known, lacking)
        return True

    def _send(self, known: Sequence[int], lacking: Sequence[tuple[WaitingReview, TaskState]]) -> None:
        if not known and not lacking:
            return
        reviews = [(state.ref.task, self._new(review, str(state.ref.text))) for review, state in lacking]
        with self.lease.writing() as transaction:
            transaction.reviews.mark_sent(self.server.name, self.project, known)
            attempts = [
                (review.revision.number, Attempt(state.ref.task, state.updated_at)) for review, state in lacking
            ]
            transaction.reviews.begin(self.server.name, self.project, attempts)
        if reviews:
            self.server.add_reviews(reviews)
            # They are there whoever holds the lease by now, so no fence keeps them from being remembered.
            with self.store.writing() as transaction:
                sent = [review.revision for _, review in reviews]
                transaction.reviews.mark_sent(self.server.name, self.project, sent)
            self.sent += len(reviews)
            for (review, _), (_, new) in zip(lacking, reviews, strict=True):
                self._note_not_sent(review.revision.document, [new])

    def _note_not_sent(self, document: str, reviews: Sequence[NewReview]) -> None:
        self.not_sent += [
            NotSent(document, review.revision, attribute, reason)
            for review in reviews
            for attribute, reason in attributes_not_held(review.content, review.schema)
        ]

    def _new(self, review: WaitingReview, text: str) -> NewReview:
        state = review.revision.state
        assert state is not None, "what waits is no tombstone"  # noqa: S101 - as the port promises
        content = read_content(state.body, text, self.schema)
        return NewReview(review.revision.number, content, text, self.schema, self._user(state))

    def _user(self, state: AnnotationState) -> int | None:
        """Return the id of an annotator who has an account on the server, by key or e-mail address."""
        if self._users is None:
            with self.store.reading() as transaction:
                self._names = transaction.revisions.annotators()
            emails = self.server.users()
            self._users = {email: user for user, email in emails.items()} | {
                annotator_key(self.server.name, user): user for user in emails
            }
        key = state.annotator or ""
        return self._users.get(key, self._users.get(self._names.get(key, "")))


def _was_sent(review: WaitingReview, state: TaskState) -> bool:
    """Say of what is not known to have been sent whether its copy is in the task, or may have been and was deleted."""
    if any(annotation.review_of == review.revision.number for annotation in state.annotations):
        return True
    attempt = review.attempt
    return attempt is not None and (attempt.task, attempt.seen) != (state.ref.task, state.updated_at)
