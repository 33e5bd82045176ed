from curator.bootstrap.context import Context
from curator.bootstrap.reports import annotations, credentials, deliveries
from curator.bootstrap.servers import open_server
from curator.bootstrap.status import status
from curator.bootstrap.stores import open_inbox, open_store


def test_an_empty_workspace_has_nothing_to_tell(configured: Context) -> None:
    assert status(configured)["deliveries"] == {"pending": 0, "applied": 0, "stale": 0, "dead": 0}
    assert list(annotations(configured)) == []
    assert deliveries(configured, 20, None) == []


def test_deliveries_are_the_last_ones_newest_first(configured: Context) -> None:
    with open_inbox(configured) as inbox:
        first, second = inbox.put(b"{}"), inbox.put(b"{}")
        inbox.settle(first, "dead", "unknown-shape")
    assert [delivery.id for delivery in deliveries(configured, 20, None)] == [second, first]
    assert [delivery.id for delivery in deliveries(configured, 1, None)] == [second]
    assert [delivery.cause for delivery in deliveries(configured, 20, "dead")] == ["unknown-shape"]


def test_credentials_name_the_project_once_it_is_known(configured: Context) -> None:
    assert credentials(configured)["project_id"] is None
    with open_store(configured) as store, open_server(configured, store), store.writing() as transaction:
        transaction.tasks.save_project("embedded", 7, "hash")
        transaction.tasks.save_project("http://elsewhere", 8, "hash")
    assert credentials(configured)["project_id"] == 7
