"""The documents that an export takes for what they are, whatever was annotated."""

from collections import Counter
from collections.abc import Mapping, Sequence

from curator.domain.filters import EVERYTHING, Filters
from curator.steps.ports.store import Transaction


class Selection:
    """Takes documents by filters as of a sequence number, and counts those that it leaves out by reason."""

    def __init__(self, filters: Filters = EVERYTHING, as_of: int = 0) -> None:
        self._filters = filters
        self._as_of = as_of
        self._counts: Counter[str] = Counter()

    @property
    def left_out(self) -> Mapping[str, int]:
        """The number of documents that were left out until now, by reason."""
        return dict(self._counts)

    def selected(self, transaction: Transaction, documents: Sequence[str]) -> list[str]:
        """Return those of the documents that are taken, in their order; set-wise."""
        if not self._filters.selects:
            return list(documents)
        sources: Mapping[str, str] = {}
        if self._filters.source is not None:
            described = transaction.documents.describing_sources(documents, self._as_of)
            sources = {document: source.name for document, (_, source) in described.items()}
        refusals = {
            document: self._filters.refusal_of_document(document, sources.get(document, "")) for document in documents
        }
        self._counts.update(reason for reason in refusals.values() if reason is not None)
        return [document for document, reason in refusals.items() if reason is None]
