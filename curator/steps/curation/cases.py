"""What documents are decided from, read set-wise: the cost is a few statements, however many documents there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curator.domain.annotation import Revision
from curator.domain.document import Document, Source
from curator.steps.curation.origins import Origins, origins_of
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_decisions import PersonDecision


@dataclass(frozen=True, slots=True)
class Case:
    """A document with all that its decision is made from."""

    document: Document
    source_number: int
    source: Source
    revisions: tuple[Revision, ...]
    by_person: PersonDecision | None
    origins: Origins

    @property
    def revision_numbers(self) -> tuple[int, ...]:
        """The numbers of the revisions, ascending."""
        return tuple(sorted(revision.number for revision in self.revisions))


def read_cases(transaction: Transaction, documents: Sequence[str], as_of: int, names: Mapping[str, str]) -> list[Case]:
    """Return the cases of documents in their order, as of a sequence number.

    Documents without any annotation left that no person decided are left out.
    """
    revisions = transaction.revisions.revisions_at(documents, as_of)
    by_person = transaction.decisions.by_people(documents, as_of)
    there = [document for document in documents if document in revisions or document in by_person]
    by_id = transaction.documents.by_id(there)
    sources = transaction.documents.describing_sources(there, as_of)
    numbers = [revision.number for of_document in revisions.values() for revision in of_document]
    origins = origins_of(transaction, numbers, as_of, names)
    return [
        Case(
            by_id[document],
            *sources[document],
            tuple(revisions.get(document, ())),
            by_person.get(document),
            origins,
        )
        for document in there
    ]
