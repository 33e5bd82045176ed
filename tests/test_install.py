"""How environments are made: whole or not at all, one at a time, again only where something changed."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose lock is empty, so that nothing is fetched."""
    (tmp_path / "locks").mkdir()
    shutil.copy(ROOT / "locks" / "install.sh", tmp_path / "locks")
    (tmp_path / "locks" / "none.txt").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "uv").symlink_to(ROOT / ".venv" / "bin" / "uv")
    return tmp_path


def start(project: Path, python: str | Path = sys.executable) -> "subprocess.Popen[str]":
    command: list[str | Path] = [project / "locks" / "install.sh", "env", "none"]
    env = {**os.environ, "PYTHON": str(python)}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def install(project: Path) -> str:
    process = start(project)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def test_an_environment_is_made_once_and_anew_where_the_lock_changed(project: Path) -> None:
    assert "Installing locks/none.txt into env" in install(project)
    (project / "env" / "mark").touch()
    assert install(project) == ""
    assert (project / "env" / "mark").exists()
    (project / "locks" / "none.txt").write_text("# changed\n")
    assert "Installing" in install(project)
    assert not (project / "env" / "mark").exists()


@pytest.mark.parametrize("left", ["nothing", "a stamp that was cut off", "an interpreter that is gone"])
def test_half_an_environment_is_not_taken_for_a_whole_one(project: Path, left: str) -> None:
    install(project)
    stamp = project / "env" / ".ready"
    if left == "nothing":
        stamp.unlink()
    elif left == "a stamp that was cut off":
        stamp.write_text(stamp.read_text()[:-20])
    else:
        (project / "env" / "bin" / "python").unlink()
    assert "Installing" in install(project)
    assert install(project) == ""


def test_an_environment_whose_folder_was_moved_is_made_anew(project: Path) -> None:
    install(project)
    moved = project.rename(project.with_name("moved"))
    assert "Installing" in install(moved)


def test_a_second_set_up_waits_for_the_first_and_says_so(project: Path) -> None:
    first = os.open(project, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    second = start(project)
    assert second.stdout is not None
    assert second.stdout.readline().startswith("Waiting for another make")
    assert not (project / "env").exists()
    os.close(first)
    out, err = second.communicate()
    assert second.returncode == 0, err
    assert "Installing" in out


def test_where_uv_fails_pip_installs(project: Path) -> None:
    uv = project / ".venv" / "bin" / "uv"
    uv.unlink()
    uv.write_text("#!/bin/sh\nexit 2\n")
    uv.chmod(0o755)
    assert "with pip instead of uv" in install(project)
    assert list(project.glob("env/lib/python3.*/site-packages/pip"))
    assert install(project) == ""


def test_another_python_is_refused_with_the_ones_that_do(project: Path) -> None:
    old = project / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    process = start(project, old)
    _, err = process.communicate()
    assert process.returncode == 1
    assert err.startswith("Python 3.11, 3.12 or 3.13 is needed")
    assert not (project / "env").exists()
