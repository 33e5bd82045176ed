import pytest

from curator.domain.errors import CuratorError
from curator.domain.token import Scope
from curator.steps.in_force import tokens
from curator.steps.in_force.identity import session_key
from curator.steps.in_force.tokens import issue, known_token, opens_anything, revoke, token_in_force
from tests.fakes.world import World


def test_a_token_opens_its_scope_until_it_is_revoked(world: World) -> None:
    assert not opens_anything(world.store, Scope.PAGES)
    token, secret = issue(world.store, "ada", Scope.PAGES, 30)
    assert secret.startswith("curator_")
    assert known_token(world.store, secret) == token_in_force(world.store, token.id) == token
    assert opens_anything(world.store, Scope.PAGES)
    assert not opens_anything(world.store, Scope.API)
    for _ in range(2):
        revoked = revoke(world.store, token.id)
    assert revoked.revoked_at
    assert known_token(world.store, secret) is None
    assert token_in_force(world.store, token.id) is None
    assert not opens_anything(world.store, Scope.PAGES)


def test_a_token_ends_by_the_clock_of_whoever_is_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token, secret = issue(world.store, "ada", Scope.PAGES, 1)
    monkeypatch.setattr(tokens, "_now", lambda: token.expires_at)
    assert known_token(world.store, secret) is None
    assert token_in_force(world.store, token.id) is None
    assert not opens_anything(world.store, Scope.PAGES)


@pytest.mark.parametrize("text", ["", "x", "curator_" + "a" * 43, "curator_é"])
def test_what_was_never_issued_is_not_known(world: World, text: str) -> None:
    issue(world.store, "ada", Scope.PAGES, 1)
    assert known_token(world.store, text) is None


def test_a_token_that_is_not_there_cannot_be_revoked(world: World) -> None:
    with pytest.raises(CuratorError, match="no such token"):
        revoke(world.store, 7)


def test_the_store_holds_no_token_and_signs_alike_everywhere(world: World) -> None:
    _, secret = issue(world.store, "ada", Scope.PAGES, 1)
    assert session_key(world.store) == session_key(world.store)
    world.sql.engine.dispose()
    kept = b"".join(path.read_bytes() for path in world.folder.glob("store.sqlite3*"))
    assert secret.encode() not in kept
    assert secret.removeprefix("curator_").encode() not in kept
