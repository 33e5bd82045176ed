"""Dataset versions, on both databases."""

from curator.store.database import SqlStore


def test_a_version_is_remembered_once(store: SqlStore) -> None:
    for number in (1, 2, 1):
        with store.writing() as transaction:
            transaction.versions.add("news", number, "a" * 64, 1)
    with store.reading() as transaction:
        assert transaction.counts()["versions"] == 2
