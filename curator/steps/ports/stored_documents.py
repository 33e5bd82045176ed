"""The store of documents, their sources, splits and predictions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from curator.domain.document import Arrival, Document, Source
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.split import Assignment


@dataclass(frozen=True, slots=True)
class ArrivedDocument:
    """A document, with the sequence number of the transaction that it was added in."""

    seq: int
    document: Document


@dataclass(frozen=True, slots=True)
class NumberedPrediction:
    """A prediction with its number in the store, which grows with every prediction."""

    number: int
    prediction: Prediction


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

    def have_splits(self) -> bool:
        """Say whether any document has an assignment."""
        ...

    def lacking_prediction(
        self, pipeline: PipelineId, until: int, limit: int, after: ArrivedDocument | None = None
    ) -> list[ArrivedDocument]:
        """Return documents of up to a sequence number that this pipeline has not predicted, so many at most.

        In the order in which they arrived, those of one transaction by id; the ones after another one where it is
        given.
        """
        ...

    def count_lacking(self, pipeline: PipelineId, until: int) -> int:
        """Return how many documents of up to a sequence number this pipeline has not predicted."""
        ...

    def set_predicted(self, pipeline: PipelineId, until: int) -> None:
        """Note that this pipeline predicted every document of up to a sequence number: none is looked at again."""
        ...

    def add_predictions(self, predictions: Sequence[Prediction]) -> int:
        """Add predictions; returns how many were new. Idempotent by document, pipeline name and digest."""
        ...

    def unannotated_predictions(self, after: str, limit: int, as_of: int) -> list[NumberedPrediction]:
        """Return the newest prediction of documents that nobody ever annotated or decided on up to a sequence number.

        Those of the first documents after an id, at most so many, by document; what arrived with a document is no
        prediction here.
        """
        ...
