import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.receiving import open_receiver, replay, sync
from curator.bootstrap.stores import open_inbox, open_store
from curator.domain.errors import CuratorError
from tests.fakes.parts import silent


def test_a_receiver_applies_to_the_store_under_the_configured_schema(configured: Context) -> None:
    with open_receiver(configured, lambda _: None) as receiver:
        receiver.inbox.put(b'{"action": "LABEL_LINK_CREATED"}')
        assert receiver.drain() == {"dead": 1}
    with open_store(configured) as store, store.reading() as transaction:
        assert transaction.settings.get("schema")["name"] == receiver.acceptor.schema.name


def test_replaying_takes_dead_letters_or_those_that_are_named(configured: Context) -> None:
    with open_inbox(configured) as inbox:
        ids = [inbox.put(b'{"action": "LABEL_LINK_CREATED"}') for _ in range(2)]
    assert replay(configured, (), lambda _: None) == (0, {"dead": 2})
    assert replay(configured, ids[:1], lambda _: None) == (1, {"dead": 1})
    assert replay(configured, (), lambda _: None) == (2, {"dead": 2})
    with pytest.raises(CuratorError, match="no such delivery"):
        replay(configured, ["nonsense"], lambda _: None)


def test_before_the_first_push_there_is_nothing_to_sync(configured: Context) -> None:
    with pytest.raises(CuratorError, match="no project yet"):
        sync(configured, False, False, lambda _: None, silent)
