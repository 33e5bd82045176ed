import os
from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.files.versions import VersionFolder


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
