"""What an export costs grows with the documents by a small part of a statement each, and it lets others write."""

from pathlib import Path

from tests.fakes.world import World
from tests.steps.curation.test_batches import crowded_store, fill, statements
from tests.steps.datasets.test_freeze import export_of


def test_four_times_the_documents_take_hardly_more_statements(world: World, tmp_path: Path) -> None:
    export = export_of(world, tmp_path / "exports")
    new, unchanged = [], []
    for size in (100, 400):
        fill(world, size)
        with statements(world) as executed:
            assert export().manifest["counts"]["documents"] == size
        new.append(len(executed))
        with statements(world) as executed:
            assert export().unchanged
        unchanged.append(len(executed))
    for counts in (new, unchanged):
        assert counts[1] - counts[0] < 300 / 10


def test_what_others_write_during_an_export_is_not_in_it(world: World, tmp_path: Path) -> None:
    fill(world, 7)
    kept = world.keep()
    expected = export_of(world, tmp_path / "quiet")()
    world.back_to(kept)
    crowded = crowded_store(world)
    world.store = crowded
    frozen = export_of(world, tmp_path / "crowded")()
    assert len(crowded.added) == 3
    assert frozen.digest == expected.digest
    world.store = world.sql
    later = export_of(world, tmp_path / "crowded")()
    assert (later.version, later.unchanged) == (2, False)
