"""Whatever happens between exports, each of them is had again later by its time and by its sequence number."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from tests.fakes.world import World
from tests.properties.acts import TEXTS, Life, Step, steps
from tests.steps.datasets.test_freeze import data, export_of


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], World]]:
    """Return a world whose first documents are tasks already, the same one for every example."""
    world = World(tmp_path_factory.mktemp("world"))
    world.with_tasks(*TEXTS)
    world.server.take_outbox()
    kept = world.keep()

    def fresh_copy() -> World:
        world.back_to(kept)
        shutil.rmtree(world.folder / "exports", ignore_errors=True)
        return world

    yield fresh_copy
    world.close()


def _time_of(world: World, seq: int) -> str:
    with world.sql.engine.connect() as connection:
        return str(connection.exec_driver_sql("select at from tick where seq = ?", (seq,)).scalar())


@settings(max_examples=40, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@example(life=[(name, at, at + 1) for at in (0, 1, 0) for name in ("submit", "deliver")], pace=2, named=True)
@given(life=steps(), pace=st.integers(2, 6), named=st.booleans())
def test_exports_taken_along_the_way_are_given_again_byte_for_byte(
    begin: Callable[[], World], life: list[Step], pace: int, named: bool
) -> None:
    world = begin()
    export = export_of(world, world.folder / "exports")
    played = Life(world)
    taken = []
    for start in range(0, len(life), pace):
        played.play(life[start : start + pace])
        with suppress(CuratorError):
            frozen = export(named=named and start % 2 == 0)
            taken.append((frozen.sequence, frozen.digest, data(frozen)))
    for seq, digest, files in taken:
        for name, moment in (("by-number", seq), ("by-time", _time_of(world, seq))):
            again = export(name, as_of=moment)
            assert (again.digest, data(again)) == (digest, files), (name, moment)
