import os
import subprocess
import sys
from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.files.staging import StagedFolder
from curator.files.versions import VersionFolder
from tests.conftest import ROOT


def test_a_form_may_have_more_files_than_can_be_open(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    folder.write("news", 1, {"manifest.json": [b"{}"]})
    before = len(os.listdir("/proc/self/fd"))
    with folder.stage_format("news", 1) as staged:
        for number in range(500):
            staged.write(f"train/{number}.txt", str(number).encode())
        staged.append("LOSSES.json", b"{}")
        assert len(os.listdir("/proc/self/fd")) < before + 10
        path = staged.replace("many")
    assert len(list(path.glob("train/*.txt"))) == 500
    assert (path / "train" / "499.txt").read_bytes() == b"499"
    assert (path / "LOSSES.json").read_bytes() == b"{}"


def test_a_file_of_a_form_is_made_once_and_has_a_plain_name(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    folder.write("news", 1, {"manifest.json": [b"{}"]})
    with folder.stage_format("news", 1) as staged:
        with pytest.raises(CuratorError, match="is no name for a file"):
            staged.write("train/../../a.txt", b"a")
        staged.write("train/a.txt", b"a")
        staged.write("train/a.txt", b"b")
        with pytest.raises(CuratorError, match="cannot be written: File exists"):
            staged.replace("twice")
    assert not list((tmp_path / "news" / "v1" / "formats").iterdir())


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_whatever_has_the_name_of_a_form_is_replaced_and_stands_in_no_later_ones_way(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "conll"
    if kind == "file":
        target.write_text("mine")
    elif kind == "link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
    for _ in range(2):
        staged = StagedFolder(tmp_path)
        staged.append("train.conll", b"a")
        assert staged.replace("conll") == target
        staged.close()
        assert [entry.name for entry in tmp_path.iterdir()] == ["conll"]
    assert (target / "train.conll").read_bytes() == b"a"


@pytest.mark.parametrize("size", [1, 1 << 16])
def test_a_file_that_the_disk_has_no_room_for_is_told_of_once(tmp_path: Path, size: int) -> None:
    code = f"""
import resource, sys
from pathlib import Path
from curator.domain.errors import CuratorError
from curator.files.staging import StagedFolder
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
staged = StagedFolder(Path(sys.argv[1]))
try:
    try:
        staged.append("a", b"x" * {size})
        staged.replace("form")
    finally:
        staged.close()
except CuratorError as error:
    print(error.what)
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env=env, capture_output=True, text=True, check=True
    )
    assert run.stdout == "version cannot be written: File too large\n"
    assert list(tmp_path.iterdir()) == []
