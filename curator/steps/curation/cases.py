"""What documents are decided from, read set-wise: the cost is a few statements, however many documents there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curator.domain.annotation import Revision
from curator.domain.document import Document, Source
from curator.steps.curation.origins import Origins, origins_of
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_decisions import PersonDecision


@dataclass(frozen=True, slots=True)
class Case:
    """A document with all that its decision is made from.

    `originals` are the revisions of which copies were sent to be reviewed and corrected, by the numbers of these, and
    `corrected` the numbers of those revisions that a correction took the place of.
    """

    document: Document
    source_number: int
    source: Source
    revisions: tuple[Revision, ...]
    by_person: PersonDecision | None
    origins: Origins
    corrected: frozenset[int] = frozenset()
    originals: Mapping[int, Revision] = field(default_factory=dict)

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
    originals = _originals(transaction, revisions)
    corrected = {original.identity for of_document in originals.values() for original in of_document.values()}
    origins = origins_of(transaction, numbers, as_of, names)
    return [
        Case(
            by_id[document],
            *sources[document],
            tuple(revisions.get(document, ())),
            by_person.get(document),
            origins,
            frozenset(each.number for each in revisions.get(document, ()) if each.identity in corrected),
            originals.get(document, {}),
        )
        for document in there
    ]


def _originals(
    transaction: Transaction, revisions: Mapping[str, Sequence[Revision]]
) -> Mapping[str, Mapping[int, Revision]]:
    """Return by document what those revisions are copies of that a reviewer went over, and that count."""
    copies = {
        revision.number: document
        for document, of_document in revisions.items()
        for revision in of_document
        if revision.state is not None and revision.state.review_of is not None
    }
    originals: dict[str, dict[int, Revision]] = {}
    if copies:
        for copy, original in sorted(transaction.revisions.reviewed(copies).items()):
            originals.setdefault(copies[copy], {})[copy] = original
    return originals
