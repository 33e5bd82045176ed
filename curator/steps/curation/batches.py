"""All documents decided, in batches: whoever else writes waits for one batch at most."""

from collections.abc import Iterator, Mapping, Sequence

from curator.steps.curation.cases import read_cases
from curator.steps.curation.decide import DecidedDocument, Decider, decided_document
from curator.steps.curation.selection import Selection
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_decisions import StoredDecision
from curator.steps.ports.stored_standing import StandingDocument

BATCH = 200
PAGE = 500
_ALL = Selection()


def decide_changed(store: Store, decider: Decider, as_of: int) -> None:
    """Decide every document of which no decision of this decider is known to hold at a sequence number.

    In transactions of `BATCH` documents each, as all is read as of that number: what is written meanwhile changes
    nothing. A run that was stopped is taken up where it ended.
    """
    names, after = _Names(decider, as_of), ""
    while True:
        with store.reading() as transaction:
            documents = transaction.standing.undecided(decider.context, as_of, after, BATCH)
            if not documents:
                return
            batch = _Batch(transaction, decider, documents, as_of, names)
        decisions = batch.decisions()
        with store.writing() as transaction:
            batch.keep(transaction, decisions)
            batch.hold(transaction)
        after = documents[-1]


def decided(store: Store, decider: Decider, as_of: int, selection: Selection = _ALL) -> Iterator[DecidedDocument]:
    """Yield every document with annotations at a sequence number, or decided by a person then, by id.

    Where a selection is given, those that it takes alone. Decisions that are known to hold are read as they are. Where
    a document changed since, it is decided as it was at that number, as `decided_in_past` decides it.
    """
    names = _Names(decider, as_of)
    for page in _pages(store, decider, as_of, selection):
        changed = [standing.document for standing in page if not standing.holds]
        anew = {document.document: document for document in _decided_as_of(store, decider, changed, as_of, names)}
        for standing in page:
            if standing.decision is not None:
                yield decided_document(standing)
            elif standing.document in anew:
                yield anew[standing.document]


def decided_in_past(
    store: Store, decider: Decider, as_of: int, selection: Selection = _ALL
) -> Iterator[DecidedDocument]:
    """Yield what `decided` promises, each decision found by all that shaped it then, whatever holds by now."""
    names, after = _Names(decider, as_of), ""
    while True:
        with store.reading() as transaction:
            documents = transaction.standing.documents(after, BATCH)
            selected = selection.selected(transaction, documents)
        if not documents:
            return
        yield from _decided_as_of(store, decider, selected, as_of, names)
        after = documents[-1]


def lossy(transaction: Transaction, decider: Decider, as_of: int) -> Iterator[DecidedDocument]:
    """Yield those of the documents, by id, that a version leaves out or does not hold whole, without their records.

    Of decisions that are known to hold at a sequence number.
    """
    after = ""
    while page := transaction.standing.lossy(decider.context, as_of, after, PAGE):
        yield from map(decided_document, page)
        after = page[-1].document


def decide_document(transaction: Transaction, decider: Decider, document: str) -> DecidedDocument:
    """Decide one document within a writing transaction."""
    (decided,) = decide_documents(transaction, decider, [document])
    return decided


def decide_documents(transaction: Transaction, decider: Decider, documents: Sequence[str]) -> list[DecidedDocument]:
    """Decide some documents within a writing transaction; those that there is nothing to decide of are left out."""
    batch = _Batch(transaction, decider, documents, transaction.seq, _Names(decider, transaction.seq))
    batch.keep(transaction, batch.decisions())
    batch.hold(transaction)
    return list(batch.decided())


def _pages(store: Store, decider: Decider, as_of: int, selection: Selection) -> Iterator[list[StandingDocument]]:
    """Yield all documents that are selected in pages, each read in a transaction of its own."""
    after = ""
    while True:
        with store.reading() as transaction:
            page = transaction.standing.page(decider.context, as_of, after, PAGE)
            selected = set(selection.selected(transaction, [standing.document for standing in page]))
        if not page:
            return
        yield [standing for standing in page if standing.document in selected]
        after = page[-1].document


def _decided_as_of(
    store: Store, decider: Decider, documents: Sequence[str], as_of: int, names: "_Names"
) -> Iterator[DecidedDocument]:
    for start in range(0, len(documents), BATCH):
        with store.reading() as transaction:
            batch = _Batch(transaction, decider, documents[start : start + BATCH], as_of, names)
        decisions = batch.decisions()
        if decisions:
            with store.writing() as transaction:
                batch.keep(transaction, decisions)
        yield from batch.decided()


class _Names:
    """The names of annotators at a sequence number, read once and only where records hold them."""

    def __init__(self, decider: Decider, as_of: int) -> None:
        self._as_of = as_of
        self._names: Mapping[str, str] | None = None if decider.rules.named_annotators else {}

    def read(self, transaction: Transaction) -> Mapping[str, str]:
        if self._names is None:
            self._names = transaction.revisions.annotators(self._as_of)
        return self._names


class _Batch:
    """Documents on their way from what a transaction shows of them to their decisions."""

    def __init__(
        self, transaction: Transaction, decider: Decider, documents: Sequence[str], as_of: int, names: _Names
    ) -> None:
        self._decider = decider
        self._documents = documents
        self._as_of = as_of
        self._cases = read_cases(transaction, documents, as_of, names.read(transaction))
        self._keys = {case.document.id: decider.key(case) for case in self._cases}
        self._kept = transaction.decisions.find(self._keys)
        self._splits = transaction.documents.splits(as_of, self._keys)

    def decisions(self) -> dict[str, StoredDecision]:
        """Decide what is undecided; returns the decisions by document."""
        undecided = (case for case in self._cases if case.document.id not in self._kept)
        return {case.document.id: self._decider.decision(case) for case in undecided}

    def keep(self, transaction: Transaction, decisions: Mapping[str, StoredDecision]) -> None:
        """Keep decisions; those that somebody else made meanwhile on the same inputs hold."""
        self._kept |= transaction.decisions.add(
            {document: (self._keys[document], decision) for document, decision in decisions.items()}
        )

    def hold(self, transaction: Transaction) -> None:
        """Let the decisions hold until the documents change."""
        decisions = {document: self._kept.get(document) for document in self._documents}
        transaction.standing.hold(self._decider.context, self._as_of, decisions)

    def decided(self) -> Iterator[DecidedDocument]:
        """Yield all documents of the batch that there is something to decide of, in order, once they are decided."""
        for document in self._keys:
            number, decision = self._kept[document].number, self._kept[document].decision
            assignment = self._splits.get(document)
            split, reason = (None, None) if assignment is None else (assignment.split, assignment.reason)
            recorded = decision.record is not None
            yield decided_document(
                StandingDocument(
                    document, True, number, recorded, split, reason, decision.record, decision.counts, decision.losses
                )
            )
