"""The store of documents, their sources, splits and predictions."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from curator.domain.document import Arrival, Document, Source
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.split import Assignment


class Documents(Protocol):
    """The store of documents."""

    def add(self, arrivals: Sequence[Arrival]) -> tuple[int, int]:
        """Add documents with their sources; returns how many of each were new. Idempotent.

        A new document waits among the signatures.
        """
        ...

    def text(self, document: str) -> str | None:
        """Return the text of a document, or None where there is none with this id."""
        ...

    def all(self, as_of: int | None = None) -> Iterator[Document]:
        """Yield the documents, those known at a sequence number where one is given, ordered by id."""
        ...

    def by_id(self, documents: Iterable[str]) -> dict[str, Document]:
        """Return those of the documents that are there, by id."""
        ...

    def first_sources(self, documents: Iterable[str]) -> dict[str, str]:
        """Return the name of the place each document was first found at."""
        ...

    def describing_sources(self, documents: Iterable[str], as_of: int) -> dict[str, tuple[int, Source]]:
        """Return the newest source with metadata of each document, else its first one, with the source's number.

        As of a sequence number; documents that had no source then are left out.
        """
        ...

    def assign(self, assignments: Sequence[Assignment]) -> None:
        """Give documents their splits; one that has a split keeps it."""
        ...

    def splits(self, as_of: int, documents: Iterable[str] | None = None) -> dict[str, Assignment]:
        """Return the assignment of each document, of these where given, that had one at a sequence number."""
        ...

    def lacking_prediction(self, pipeline: PipelineId) -> list[str]:
        """Return the ids of the documents this pipeline has not predicted, in order."""
        ...

    def add_predictions(self, predictions: Sequence[Prediction]) -> int:
        """Add predictions; returns how many were new. Idempotent by document, pipeline name and digest."""
        ...
