"""Names of servers: kept in the store, so that every host uses the same."""

import pytest

from curator.domain.errors import ServerUnreachable
from curator.steps.in_force.servers import known_server, server_name
from tests.fakes.world import World


def never() -> bool:
    raise AssertionError("nothing was to be asked")


def names(world: World, *addresses: str) -> list[str | None]:
    with world.store.reading() as transaction:
        return [known_server(transaction, address) for address in addresses]


def test_the_first_server_is_named_by_its_address_and_stays_so(world: World) -> None:
    assert names(world, "embedded") == [None]
    for _ in range(2):
        assert server_name(world.store, "embedded", never) == "embedded"
    assert names(world, "embedded", "http://a") == ["embedded", None]


def test_a_server_that_moved_keeps_its_name_on_every_host(world: World) -> None:
    server_name(world.store, "embedded", never)
    assert server_name(world.store, "http://a:8080", lambda: True) == "embedded"
    assert server_name(world.store, "http://a:8080", never) == "embedded"
    assert server_name(world.store, "embedded", never) == "embedded"


def test_another_server_has_a_name_of_its_own_and_a_move_is_of_the_last_one(world: World) -> None:
    server_name(world.store, "http://b", never)
    assert server_name(world.store, "http://a", lambda: False) == "http://a"
    assert server_name(world.store, "http://c", lambda: True) == "http://a"
    assert names(world, "http://a", "http://b", "http://c") == ["http://a", "http://b", "http://a"]


def test_a_new_address_that_does_not_answer_names_nothing(world: World) -> None:
    server_name(world.store, "embedded", never)

    def away() -> bool:
        raise ServerUnreachable("away")

    with pytest.raises(ServerUnreachable):
        server_name(world.store, "http://a", away)
    assert names(world, "http://a") == [None]
