"""The port through which pages read the store."""

from typing import Protocol

from curator.domain.schema import LabelSchema
from curator.views.activity import Deliveries, ModelView, VersionView
from curator.views.documents import DocumentPage, DocumentView
from curator.views.labels import LabelReport
from curator.views.progress import DocumentState, ReviewProgress


class Overview(Protocol):
    """Reads what the dashboard shows; every method raises CuratorError where the store cannot be read."""

    def schema(self) -> LabelSchema | None:
        """Return the label schema in force, None before the first one."""
        ...

    def progress(self) -> ReviewProgress:
        """Return how far reviewing has come."""
        ...

    def labels(self) -> LabelReport:
        """Return what was counted so far; soon after the first call that is everything."""
        ...

    def deliveries(self) -> Deliveries:
        """Return how many deliveries are in each state, and the newest ones."""
        ...

    def versions(self) -> tuple[VersionView, ...]:
        """Return the newest dataset versions, newest first."""
        ...

    def models(self) -> tuple[ModelView, ...]:
        """Return the newest models, newest first."""
        ...

    def documents(self, state: DocumentState | None, page: int) -> DocumentPage:
        """Return a page of the documents in a state, of all where it is None; the last page for numbers beyond it."""
        ...

    def document(self, document: str) -> DocumentView | None:
        """Return a document, or None where there is none with this id."""
        ...
