from pathlib import Path

from curator.steps.in_force.identity import marker, salt
from tests.fakes.world import World


def test_identity_is_made_up_once_and_stays(world: World) -> None:
    first = marker(world.store), salt(world.store)
    assert first[0].startswith("curator:")
    assert (marker(world.store), salt(world.store)) == first
    with world.store.reading() as transaction:
        before = transaction.seq
    marker(world.store)
    with world.store.reading() as transaction:
        assert transaction.seq == before


def test_no_two_stores_have_the_same(tmp_path: Path) -> None:
    worlds = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        worlds.append(World(tmp_path / name))
    first, second = worlds
    assert marker(first.store) != marker(second.store)
    assert salt(first.store) != salt(second.store)
    for world in worlds:
        world.close()
