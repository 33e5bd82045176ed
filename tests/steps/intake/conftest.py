"""What tests of several modules of intake share."""

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.world import World


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], World]]:
    """Return an empty world, the same one every time."""
    world = World(tmp_path_factory.mktemp("intake"))
    kept = world.keep()

    def again() -> World:
        world.back_to(kept)
        return world

    yield again
    world.close()
