"""The store of annotations: every revision, an index of what is current, and who the annotators are."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from curator.domain.annotation import AnnotationState, Identity, Revision, TaskRef


@dataclass(frozen=True, slots=True)
class CurrentAnnotation:
    """An annotation that is not deleted, without its content."""

    identity: Identity
    revision: int
    document: str
    task: int | None
    annotator: str | None
    updated_by: str | None
    updated_at: str
    skipped: bool
    ground_truth: bool
    lead_time: float | None
    for_review: bool = False


@dataclass(frozen=True, slots=True)
class ReviewedOriginal:
    """What a copy was made of that was sent to be reviewed: the annotation, and all who made that revision of it."""

    identity: Identity
    people: frozenset[str | None]


@dataclass(frozen=True, slots=True)
class AnnotationContext:
    """What the store knows around an observed annotation.

    Of its task: whether its project is, or ever was, ours, whether the document that it names is known, and which
    `document` it holds, None where it is gone. Of the annotation: whether its deletion was noted before it came, or
    its or its task's deletion is held, up to when its source was reconciled, which `pipeline` its parent prediction is
    known to be of, whether it counts as unreadable, and which of its people have no name.
    """

    has_project: bool
    has_document: bool
    document: str | None
    deletion_noted: bool
    deletion_held: bool
    watermark: str | None
    pipeline: str | None
    unreadable: bool
    unnamed: frozenset[str]


class Revisions(Protocol):
    """The store of annotations."""

    def newest(self, source: str, key: str) -> list[Revision]:
        """Return the newest revision of every annotation that ever had this key, tombstones among them."""
        ...

    def context(self, state: AnnotationState, task: TaskRef) -> AnnotationContext:
        """Return what is known around an annotation as it was observed with its task."""
        ...

    def current_revisions(self, document: str | None = None) -> Iterator[Revision]:
        """Yield the newest revision of every annotation that is not deleted, by document, then identity.

        Of one document where given.
        """
        ...

    def revisions_at(
        self, documents: Iterable[str], as_of: int, *, for_review: bool = False
    ) -> dict[str, list[Revision]]:
        """Return the revisions of each document that were current at a sequence number, by identity.

        Those that waited for a reviewer only where asked for. Documents without any such annotation are left out.
        """
        ...

    def current(self, source: str | None = None, task: int | None = None) -> Iterator[CurrentAnnotation]:
        """Yield the current annotations, of one source or task where given, by document, then identity."""
        ...

    def work(self, server: str) -> list["AnnotatorWork"]:
        """Return what each annotator's current annotations in a Label Studio server amount to, in no order.

        What waits for a reviewer is nobody's work there.
        """
        ...

    def current_count(self, source: str | None = None) -> int:
        """Return the number of current annotations, of one source where given."""
        ...

    def rebuild_current(self) -> int:
        """Make the index of current annotations anew from the revisions; returns how many there are."""
        ...

    def append(self, identity: Identity, document: str, state: AnnotationState | None) -> int:
        """Add a revision, or a tombstone where there is no state; returns its number."""
        ...

    def note_deletion(self, source: str, key: str) -> None:
        """Remember the deletion of an annotation that is not known."""
        ...

    def annotators(self, as_of: int | None = None) -> dict[str, str]:
        """Return the name of each annotator that is known, or was at a sequence number, by key.

        Of Label Studio's users that is the e-mail address.
        """
        ...

    def people(self, revisions: Iterable[int]) -> dict[int, frozenset[str | None]]:
        """Return all who made or changed an annotation up to a revision, by its number.

        None stands among them for an author who is not known. Of a copy that was sent to be reviewed, these are who
        made the original and who changed the copy.
        """
        ...

    def originals(self, revisions: Iterable[int]) -> dict[int, ReviewedOriginal]:
        """Return what copies were made of, by the numbers of their revisions; of all that are none, nothing."""
        ...

    def reviewed(self, revisions: Iterable[int]) -> dict[int, Revision]:
        """Return the very revisions that copies were made of, as `originals` does."""
        ...

    def unnamed(self, annotators: Collection[str]) -> set[str]:
        """Return those of the annotators, by key, that have no name."""
        ...

    def save_annotators(self, names: Mapping[str, str]) -> None:
        """Set the names of annotators, by key; those of others stay, and all past ones are kept. Idempotent."""
        ...

    def watermark(self, source: str) -> str | None:
        """Return up to which `updated_at` a source has been reconciled."""
        ...

    def save_watermark(self, source: str, updated_at: str) -> None:
        """Set up to which `updated_at` a source has been reconciled."""
        ...


@dataclass(frozen=True, slots=True)
class AnnotatorWork:
    """Current annotations of an annotator: submitted and skipped ones, the lead times of the `timed` ones, the last."""

    annotator: str | None
    submitted: int
    skipped: int
    seconds: float
    timed: int
    last: str
