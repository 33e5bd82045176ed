"""Who changed documents between two dataset versions, and when, by the revisions that the store has."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from curator.domain.annotation import Revision, fallback_name
from curator.domain.pseudonym import pseudonym
from curator.steps.datasets.comparing.version_diff import (
    DocumentDiff,
    DocumentLines,
    ReadableVersion,
    document_diff,
    label_renames,
)
from curator.steps.in_force.identity import salt
from curator.steps.ports.store import Store, Transaction

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed a document, by the name that records have for them, and when, in the form of `instant`.

    `at` is None for what a person decided: of that the time is not known.
    """

    annotator: str
    at: str | None


@dataclass(frozen=True, slots=True)
class AttributedDiff:
    """What differs of a document, and who changed it, oldest first; nobody where the store cannot tell."""

    diff: DocumentDiff
    authors: tuple[Author, ...]

    @property
    def annotators(self) -> tuple[str, ...]:
        """Who annotated the record, as it says."""
        return self.diff.record.provenance.annotators

    @property
    def last(self) -> str:
        """Who is held to have made the change: the last who changed the document, else the record's last annotator."""
        if self.authors:
            return self.authors[-1].annotator
        provenance = self.diff.record.provenance
        return provenance.last_annotator or next(iter(provenance.annotators), "unknown")


def attributed(
    documents: Iterable[DocumentLines], before: ReadableVersion, after: ReadableVersion, store: Store | None
) -> Iterator[AttributedDiff]:
    """Yield what differs of documents with its authors, read set-wise, some documents at a time."""
    people = _People(before, after, store) if store is not None and before.is_own and after.is_own else None
    names = label_renames(after)
    documents = iter(documents)
    while batch := list(islice(documents, _BATCH)):
        authors = {} if people is None else people.of([lines.document for lines in batch])
        for lines in batch:
            yield AttributedDiff(document_diff(lines, names), tuple(authors.get(lines.document, ())))


class _People:
    """The people who worked between two moments of the store, under the names that both versions may have."""

    def __init__(self, before: ReadableVersion, after: ReadableVersion, store: Store) -> None:
        moments = sorted(version.stored.as_of for version in (before, after) if version.stored is not None)
        self._earlier, self._later = moments[0], moments[-1]
        self._store = store
        naming = {version.manifest["rules"]["decision"]["annotators"] for version in (before, after)}
        self._named = naming == {"email"}
        self._salt = salt(store)
        self._names: dict[str, str] | None = None

    def of(self, documents: Sequence[str]) -> dict[str, list[Author]]:
        with self._store.reading() as transaction:
            if self._named and self._names is None:
                self._names = transaction.revisions.annotators(self._later)
            old = transaction.revisions.revisions_at(documents, self._earlier)
            new = transaction.revisions.revisions_at(documents, self._later)
            decided = self._deciders(transaction, documents)
        authors = {document: self._authors(old.get(document, ()), of_document) for document, of_document in new.items()}
        for document, person in decided.items():
            authors.setdefault(document, []).append(Author(self._name(person), None))
        return authors

    def _deciders(self, transaction: Transaction, documents: Sequence[str]) -> dict[str, str]:
        old, new = (transaction.decisions.by_people(documents, seq) for seq in (self._earlier, self._later))
        return {document: decision.person for document, decision in new.items() if old.get(document) != decision}

    def _authors(self, old: Iterable[Revision], new: Iterable[Revision]) -> list[Author]:
        known = {revision.number for revision in old}
        fresh = (revision.state for revision in new if revision.number not in known)
        # Who skipped a document changed nothing of it.
        states = [state for state in fresh if state is not None and not state.skipped]
        states.sort(key=lambda state: (state.updated_at, state.identity.rank))
        return [Author(self._name(state.updated_by or state.annotator), state.updated_at) for state in states]

    def _name(self, key: str | None) -> str:
        if key is None or self._names is None:
            return pseudonym(self._salt, key)
        return self._names.get(key, fallback_name(key))
