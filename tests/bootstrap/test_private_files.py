"""Whatever curator writes into a workspace, its owner alone can read it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.hook_process import HookProcess
from curator.bootstrap.private_files import open_private
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.stopping import alone
from curator.bootstrap.stores import open_inbox, open_store
from curator.bootstrap.workspace import Ports, free_ports
from curator.steps.in_force.identity import marker
from tests.conftest import ROOT


@pytest.fixture(params=[0o022, 0o000, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield int(request.param)
    os.umask(before)


def readable_by_others(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): oct(stat.S_IMODE(path.stat().st_mode))
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077
    }


def fill(context: Context) -> list[str]:
    """Have everything written that is written without Label Studio, and return the names of the files."""
    workspace = context.workspace
    with open_store(context) as store, open_inbox(context) as inbox, alone(workspace):
        marker(store)
        inbox.put(b"{}")
        shared_secrets(context)
        workspace.credentials()
        workspace.save_ports(Ports(1, 2))
        (port,) = free_ports(1)
        hook = HookProcess(context, port)
        hook.start()
        try:
            written = sorted(path.name for path in workspace.root.iterdir())
            assert not readable_by_others(workspace.root)
        finally:
            hook.stop()
    return written


def test_files_are_their_owners_in_a_folder_that_all_may_read(
    configured: Context, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CURATOR_ML__CONNECT", "false")
    configured.workspace.root.chmod(0o755)
    written = fill(configured)
    assert written == [
        "credentials.json",
        "hook.json",
        "hook.log",
        "inbox.sqlite3",
        "inbox.sqlite3-shm",
        "inbox.sqlite3-wal",
        "ports.json",
        "secrets.json",
        "store.sqlite3",
        "store.sqlite3-shm",
        "store.sqlite3-wal",
        "up.lock",
    ]
    assert not readable_by_others(configured.workspace.root)
    # The folder is the user's, who may have reasons.
    assert stat.S_IMODE(configured.workspace.root.stat().st_mode) == 0o755


def test_files_that_others_could_read_are_taken_from_them(configured: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CURATOR_ML__CONNECT", "false")
    fill(configured)
    for path in configured.workspace.root.iterdir():
        path.chmod(0o666)
    fill(configured)
    assert not readable_by_others(configured.workspace.root)


@pytest.mark.parametrize(("before", "after"), [(0o400, 0o400), (0o600, 0o600), (0o640, 0o600), (0o777, 0o700)])
def test_nothing_is_ever_loosened(tmp_path: Path, before: int, after: int) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(before)
    with open_private(path, "r"):
        assert stat.S_IMODE(path.stat().st_mode) == after
