"""Real processes that export: killed anywhere, without room on the disk, and two at once."""

import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.cli.main import main
from curator.domain.canonical import document_id
from curator.domain.split import Assignment
from tests.cli.conftest import Run
from tests.cli.test_export import content
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import region
from tests.store.conftest import arrival

EVENTS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate")
"""What the interpreter tells of that touches a disk."""
LONG = "Le convoi attend. " * 20_000


@pytest.fixture
def waiting(exported: Path, folder: Path) -> Path:
    """The folder of the exports, with a first version and something new for a second one."""
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    with open_store(context) as store, store.writing() as transaction:
        transaction.documents.add([arrival(LONG)])
        transaction.documents.assign([Assignment(document_id(LONG), "dev", "hash")])
        state = annotation_state(identity(2), [region(3, 9, "GPE")])
        transaction.revisions.append(state.identity, document_id(LONG), state)
    return folder / "exports"


def process(prepare: Callable[[], object]) -> int:
    """Export in a process of its own; returns what `os.waitpid` says of its end."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 70
    try:
        with Path(os.devnull).open("w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        prepare()
        code = main(["export", "news"])
    finally:
        os._exit(code)


def killing(at: int, folder: Path) -> Callable[[], None]:
    """Return what lets a process be killed when it touches the disk below a folder for the n-th time."""

    def prepare() -> None:
        touched = count(1)

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            if event in EVENTS and str(arguments[0]).startswith((str(folder), "exports")) and next(touched) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)

    return prepare


class Copies:
    """All that a workspace and its exports hold, to begin again from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = folder / "kept"
        for name in (".curator", "exports"):
            shutil.copytree(folder / name, self._kept / name)

    def restore(self) -> None:
        for name in (".curator", "exports"):
            shutil.rmtree(self._folder / name)
            shutil.copytree(self._kept / name, self._folder / name)


@pytest.fixture
def copies(waiting: Path, folder: Path) -> Copies:
    return Copies(folder)


def test_an_export_killed_whenever_it_touches_the_disk_leaves_the_old_state_or_the_new_one(
    run: Run, waiting: Path, folder: Path, copies: Copies
) -> None:
    old = content(waiting / "news")
    assert process(lambda: None) == 0
    new = content(waiting / "news")
    assert old.items() < new.items()
    killed = 0
    for at in count(1):
        copies.restore()
        status = process(killing(at, folder))
        if not os.WIFSIGNALED(status):
            assert status == 0
            break
        killed += 1
        whole = {path.name for path in (waiting / "news").iterdir() if not path.name.startswith(".")}
        assert whole in ({"v1"}, {"v1", "v2"}), f"killed at {at}"
        for name in whole:
            expected = {file: data for file, data in new.items() if file.startswith(f"{name}/")}
            assert content(waiting / "news" / name) == {
                file.removeprefix(f"{name}/"): data for file, data in expected.items()
            }, f"killed at {at}"
        assert run("export", "news").code == 0
        assert content(waiting / "news") == new, f"killed at {at}"
        assert run("datasets", "verify", "news@2").code == 0
    assert killed > 10


@pytest.mark.parametrize("room", [2_000, 8_000, 100_000, 200_000, 300_000])
def test_a_disk_without_room_fails_the_export_and_the_next_one_is_whole(
    run: Run, waiting: Path, copies: Copies, room: int
) -> None:
    old = content(waiting / "news")
    assert process(lambda: None) == 0
    new = content(waiting / "news")
    assert any(len(data) > 300_000 for data in new.values())
    copies.restore()

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    status = process(prepare)
    assert os.WIFEXITED(status)
    assert os.WEXITSTATUS(status) == 1
    assert content(waiting / "news") == old
    assert run("export", "news").code == 0
    assert content(waiting / "news") == new


def test_two_processes_at_once_write_one_version(run: Run, waiting: Path) -> None:
    children = []
    reading, writing = os.pipe()
    for _ in range(2):
        child = os.fork()
        if not child:
            code = 70
            try:
                os.close(writing)
                os.read(reading, 1)
                with Path(os.devnull).open("w") as nothing:
                    os.dup2(nothing.fileno(), 1)
                code = main(["export", "news"])
            finally:
                os._exit(code)
        children.append(child)
    os.close(reading)
    # Both wait for the end of the pipe.
    os.close(writing)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert sorted(path.name for path in (waiting / "news").iterdir()) == ["v1", "v2"]
    assert run("datasets", "verify", "news@2").code == 0
    assert run("export", "news").out == "unchanged: v2\n"
