"""What every store of tokens keeps to."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import IntegrityError

from curator.domain.errors import CuratorError
from curator.domain.token import Scope, Token
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tokens import HashedToken
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from tests.fakes.fuse import Fuse, FusedStore

MADE, LATER, ENDS = (f"2026-1{month}-01T00:00:00.000000Z" for month in range(3))


@pytest.fixture(params=["itself", "fused"])
def store(request: pytest.FixtureRequest, url: str) -> Iterator[Store]:
    engine = open_engine(url)
    sql = SqlStore(engine)
    yield sql if request.param == "itself" else FusedStore(sql, Fuse())
    engine.dispose()


def added(store: Store, secret_hash: str, name: str = "ada", scope: Scope = Scope.PAGES) -> Token:
    with store.writing() as transaction:
        return transaction.tokens.add(HashedToken(name, scope, secret_hash, MADE, ENDS))


def test_a_token_is_found_by_its_hash_and_by_its_number(store: Store) -> None:
    first, second = added(store, "a" * 64), added(store, "b" * 64, "bob", Scope.API)
    assert first == Token(first.id, "ada", Scope.PAGES, MADE, ENDS)
    assert first.id < second.id
    with store.reading() as transaction:
        assert transaction.tokens.by_hash("a" * 64) == transaction.tokens.by_id(first.id) == first
        assert transaction.tokens.by_hash("b" * 64) == second
        assert transaction.tokens.by_hash("c" * 64) is None
        assert transaction.tokens.by_id(second.id + 1) is None
        assert transaction.tokens.all() == [first, second]


def test_no_two_tokens_have_one_hash(store: Store) -> None:
    added(store, "a" * 64)
    with pytest.raises((CuratorError, IntegrityError)):
        added(store, "a" * 64)


def test_a_revoked_token_keeps_the_time_of_it(store: Store) -> None:
    token, other = added(store, "a" * 64), added(store, "b" * 64)
    for at in (LATER, ENDS):
        with store.writing() as transaction:
            transaction.tokens.revoke(token.id, at)
            transaction.tokens.revoke(other.id + 1, at)
    with store.reading() as transaction:
        revoked = transaction.tokens.by_hash("a" * 64)
        assert revoked is not None
        assert revoked.revoked_at == LATER
        assert transaction.tokens.by_id(other.id) == other
