"""Signatures of near-duplicates: an index of a few small rows a document."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from curator.steps.ports.stored_signatures import WaitingDocument
from curator.store.rows import chunks
from curator.store.tables import SignatureKey, SignedDocument, SourceRow, SplitRow, WaitingRow

_BATCH = 400


class SignatureTable:
    """Implements the port `Signatures`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self, documents: Sequence[str] | None = None) -> list[WaitingDocument]:
        given_split = (
            select(SourceRow.split)
            .where(SourceRow.document == WaitingRow.document, SourceRow.split.is_not(None))
            # Not the first that came: places that contradict each other must not make the order of files matter.
            .order_by(SourceRow.split)
            .limit(1)
            .scalar_subquery()
        )
        query = select(WaitingRow.document, given_split.label("given_split"), SplitRow.seq).outerjoin(
            SplitRow, SplitRow.document == WaitingRow.document
        )
        queries = (
            [query]
            if documents is None
            else [query.where(WaitingRow.document.in_(chunk)) for chunk in chunks(documents, _BATCH)]
        )
        rows = [row for query in queries for row in self._connection.execute(query)]
        return sorted((WaitingDocument(*row) for row in rows), key=lambda waiting: waiting.document)

    def holders(self, keys: Iterable[int]) -> dict[int, list[str]]:
        holders: dict[int, list[str]] = {}
        for chunk in chunks(keys, _BATCH):
            query = (
                select(SignatureKey.key, SignedDocument.document)
                .join(SignedDocument, SignedDocument.number == SignatureKey.number)
                .where(SignatureKey.key.in_(chunk))
                .order_by(SignatureKey.key, SignatureKey.number)
            )
            for row in self._connection.execute(query):
                holders.setdefault(row.key, []).append(row.document)
        return holders

    def add(self, kept: Mapping[str, Sequence[int]]) -> None:
        if not kept:
            return
        self._connection.execute(insert(SignedDocument), [{"document": document} for document in kept])
        numbers: dict[str, int] = {}
        for chunk in chunks(kept, _BATCH):
            signed = select(SignedDocument.document, SignedDocument.number).where(SignedDocument.document.in_(chunk))
            numbers |= {row.document: row.number for row in self._connection.execute(signed)}
            self._connection.execute(delete(WaitingRow).where(WaitingRow.document.in_(chunk)))
        # In the order of the index, so that neighbours go to one page.
        rows = sorted((key, numbers[document]) for document, keys in kept.items() for key in keys)
        if rows:
            self._connection.execute(insert(SignatureKey), [{"key": key, "number": number} for key, number in rows])

    def forget(self) -> None:
        self._connection.execute(delete(SignatureKey))
        self._connection.execute(insert(WaitingRow).from_select(["document"], select(SignedDocument.document)))
        self._connection.execute(delete(SignedDocument))
