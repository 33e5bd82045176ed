"""Two stores that were fed alike export the same bytes."""

from pathlib import Path

from tests.fakes.parts import raw, region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import EMPTY, LYON, PARIS, data, export_of


def test_two_stores_fed_alike_give_the_same_bytes(tmp_path: Path) -> None:
    exports = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        world = World(folder)
        if name == "two":
            world.server.clock.pass_time(1e6)
        tasks = world.with_tasks(raw("a.txt", PARIS, meta={"k": "é"}), EMPTY, LYON)
        world.preannotate()
        for task in tasks if name == "one" else reversed(tasks):
            text = world.server.known_tasks(world.project)[task].text
            world.server.annotate(task, [region(0, 4, "PER")] if text != EMPTY else [])
        world.deliver()
        exports.append(export_of(world, folder / "exports")())
        world.close()
    first, second = exports
    assert data(first) == data(second)
    assert first.digest == second.digest
    assert (first.path / "manifest.json").read_bytes() == (second.path / "manifest.json").read_bytes()
    assert (first.path / "README.md").read_bytes() == (second.path / "README.md").read_bytes()
