"""Signatures: by which keys documents are found, and who waits for one."""

import pytest

from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.split import Assignment
from curator.steps.ports.stored_signatures import WaitingDocument
from curator.store.database import SqlStore
from tests.store.conftest import arrival

LEAST, MOST = -(2**31), 2**31 - 1
A, B, C = map(document_id, "ABC")


def add(store: SqlStore, *texts: str) -> None:
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in texts])


def test_documents_are_found_by_their_keys_earliest_first(store: SqlStore) -> None:
    add(store, "A", "B", "C")
    with store.writing() as transaction:
        transaction.signatures.add({C: [1, LEAST], A: [MOST]})
        transaction.signatures.add({B: [MOST, LEAST, 1]})
        transaction.signatures.add({})
        assert transaction.signatures.holders([1, 2, MOST, LEAST]) == {1: [C, B], MOST: [A, B], LEAST: [C, B]}
        assert transaction.signatures.holders([]) == {}


def test_more_keys_than_a_statement_takes(store: SqlStore) -> None:
    add(store, "A")
    with store.writing() as transaction:
        transaction.signatures.add({A: range(2000)})
    with store.reading() as transaction:
        assert transaction.signatures.holders(range(1000, 3000)) == {key: [A] for key in range(1000, 2000)}


def test_a_document_waits_until_it_is_added(store: SqlStore) -> None:
    add(store, "A", "B", "C")
    add(store, "A", "B")
    with store.writing() as transaction:
        transaction.documents.assign([Assignment(B, "train", "hash")])
        assert transaction.signatures.waiting() == sorted(
            [WaitingDocument(A, None), WaitingDocument(B, None, transaction.seq), WaitingDocument(C, None)],
            key=lambda waiting: waiting.document,
        )
        transaction.signatures.add({A: [1], C: []})
        assert [waiting.document for waiting in transaction.signatures.waiting()] == [B]
        assert transaction.signatures.waiting([A, C]) == transaction.signatures.waiting([]) == []
    add(store, "A")
    with store.reading() as transaction:
        assert [waiting.document for waiting in transaction.signatures.waiting()] == [B]


def test_documents_whose_signatures_were_forgotten_wait_again(store: SqlStore) -> None:
    add(store, "A", "B")
    with store.writing() as transaction:
        transaction.signatures.add({A: [1]})
        transaction.signatures.forget()
        assert {waiting.document for waiting in transaction.signatures.waiting()} == {A, B}
        assert transaction.signatures.holders([1]) == {}
        transaction.signatures.add({A: [1], B: [1]})


def test_a_document_has_one_signature(store: SqlStore) -> None:
    add(store, "A")
    with store.writing() as transaction:
        transaction.signatures.add({A: [1]})
    with pytest.raises(CuratorError), store.writing() as transaction:
        transaction.signatures.add({A: [2]})
