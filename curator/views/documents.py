"""Documents in a list, and one document with everything about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.span import Content
from curator.views.progress import DocumentState
from curator.views.quarantine import QuarantineEntry


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list; `size` in code points."""

    id: str
    source: str
    lang: str
    size: int
    split: str | None
    annotations: int
    state: DocumentState


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of the list of documents, by id; pages count from 1."""

    lines: tuple[DocumentLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class SourceView:
    """A place a document was found at."""

    name: str
    encoding: str
    meta: Mapping[str, Any]
    split: str | None
    found_at: str


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One accepted state of an annotation, or its deletion; `current` where no later one took its place.

    What is `for_review` decides nothing."""

    number: int
    accepted_at: str
    source: str
    key: str
    annotator: str
    updated_by: str
    updated_at: str
    skipped: bool
    ground_truth: bool
    for_review: bool
    deleted: bool
    current: bool
    lead_time: float | None
    spans: int
    problems: int


@dataclass(frozen=True, slots=True)
class ContentView:
    """The content that a pipeline, a person or a decision gives a text; `by` names it, `at` is when."""

    by: str
    at: str
    content: Content


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Everything about one document.

    `predicted` is the prediction that the current answer started from, else the newest one; `current` is the decision
    where `decided`, else the annotation that would be decided on. `quarantined` is what of its tasks and current
    annotations cannot be read, is left alone or does not fit.
    """

    id: str
    text: str
    lang: str
    state: DocumentState
    split: str | None
    split_reason: str
    sources: tuple[SourceView, ...]
    revisions: tuple[RevisionView, ...]
    predicted: ContentView | None
    shown: bool
    current: ContentView | None
    decided: bool
    quarantined: tuple[QuarantineEntry, ...]
