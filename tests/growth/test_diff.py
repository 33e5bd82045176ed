"""What a diff reads and asks: as much as there are changes, however large the versions are."""

from pathlib import Path

import pytest

from curator.domain import record as record_module
from curator.domain.dataset_ref import DatasetRef
from curator.files.versions import VersionFolder
from curator.steps.datasets.comparing import version_diff
from curator.steps.datasets.comparing.authors import attributed
from curator.steps.datasets.comparing.version_diff import document_lines, readable_version
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.growth.counting import Cost, counted
from tests.web.filled import export

CHANGED = 3


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents of the records that are read."""
    documents: list[str] = []

    def reading(line: bytes, where: str = "") -> record_module.Record:
        documents.append(where)
        return record_module.record_from_line(line, where)

    monkeypatch.setattr(version_diff, "record_from_line", reading)
    return documents


def compared(folder: Path, documents: int, reads: list[str]) -> tuple[Cost, int]:
    """Return what a diff of two versions of so many documents, of which some changed, costs and how many it reads."""
    folder.mkdir()
    world = World(folder)
    try:
        texts = [f"Nantes dort {number}" for number in range(documents)]
        world.ingest(*texts)
        world.push()
        tasks = {str(ref.text): task for task, ref in world.server.known_tasks(world.project).items()}
        for label, some in (("GPE", texts), ("PER", texts[:CHANGED])):
            for text in some:
                world.server.annotate(tasks[text], [region(0, 6, label)])
            world.deliver()
            export(world, folder / "exports")
        storage = VersionFolder(folder / "exports")
        reads.clear()
        with counted(world.sql.engine) as cost:
            old, new = (
                readable_version(DatasetRef("news", number), store=world.store, storage=storage) for number in (1, 2)
            )
            changes = list(attributed(document_lines(old, new, storage), old, new, world.store))
        assert len(changes) == CHANGED
        assert all(change.authors for change in changes)
        return cost, len(reads)
    finally:
        world.close()


def test_a_diff_reads_changed_records_alone_and_asks_the_store_for_these(tmp_path: Path, reads: list[str]) -> None:
    small, small_reads = compared(tmp_path / "small", 8, reads)
    large, large_reads = compared(tmp_path / "large", 64, reads)
    assert small.statements
    assert (small_reads, large_reads) == (2 * CHANGED, 2 * CHANGED)
    assert large.within(small), f"{large}, not {small}"
