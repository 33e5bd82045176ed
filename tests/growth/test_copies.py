"""What copying and fetching a version cost: as many statements and no more memory at eight times the records."""

import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from tests.growth.counting import FACTOR, Cost, counted
from tests.steps.datasets.copies import Site, site

FEW = 40
MANY = FEW * FACTOR


def test_copying_and_fetching_ask_the_store_as_often_at_any_size(tmp_path: Path) -> None:
    costs: dict[str, list[Cost]] = {"copy": [], "fetch": []}
    for size in (FEW, MANY):
        with site(tmp_path / f"from{size}") as there, site(tmp_path / f"to{size}") as here:
            there.annotate(*(f"Paris dort, {number} fois" for number in range(size)))
            there.export()
            target = str(tmp_path / f"copies{size}")
            with counted(there.world.sql.engine) as cost:
                there.copy(target)
            costs["copy"].append(cost)
            with counted(here.world.sql.engine) as cost:
                here.fetch(f"{target}/news")
            costs["fetch"].append(cost)
    for work, (few, many) in costs.items():
        assert many.within(few), (work, str(few), str(many))


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_copying_holds_some_blocks_of_a_file_whatever_its_size(tmp_path: Path) -> None:
    peaks = []
    for megabytes in (8, 64):
        with site(tmp_path / f"from{megabytes}") as there:
            folder = _version(there, megabytes)
            peaks.append(peak(lambda: there.copy(str(tmp_path / f"there{megabytes}"))))  # noqa: B023 - called at once
            assert (folder / "train.jsonl").stat().st_size >= megabytes << 20
    assert peaks[1] < peaks[0] + (4 << 20), peaks


def _version(there: Site, megabytes: int) -> Path:
    """Make a folder that stands by its manifest, of so many megabytes."""
    folder = there.exports / "news" / "v1"
    folder.mkdir(parents=True)
    files = {}
    for name in ("train.jsonl", "dev.jsonl", "test.jsonl"):
        data = (b"x" * 1023 + b"\n") * (megabytes << 10 if name == "train.jsonl" else 0)
        (folder / name).write_bytes(data)
        files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "records": 0}
    (folder / "manifest.json").write_text(json.dumps({"digest": "0" * 64, "files": files}), encoding="utf-8")
    return folder
