import socket
from pathlib import Path

import pytest

from curator.bootstrap.workspace import Ports, Workspace, free_ports
from curator.domain.errors import CuratorError


def test_nothing_is_made_before_something_is_written(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    assert workspace.ports() is None
    assert not workspace.root.exists()
    credentials = workspace.credentials()
    assert workspace.root.stat().st_mode & 0o777 == 0o700
    assert Workspace(tmp_path / "w").credentials() == credentials


def test_ports_are_those_saved_last(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.save_ports(Ports(1, 2))
    workspace.save_ports(Ports(3, 4))
    assert workspace.ports() == Ports(3, 4)


def test_a_file_that_cannot_be_read_is_reported_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text("{", encoding="utf-8")
    with pytest.raises(CuratorError, match="file cannot be read") as raised:
        Workspace(tmp_path).credentials()
    assert raised.value.where == str(tmp_path / "credentials.json")
    assert (tmp_path / "credentials.json").read_text(encoding="utf-8") == "{"


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CuratorError, match="workspace cannot be made"):
        Workspace(tmp_path / "file" / "w").make()


def test_free_ports_are_free_and_differ() -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    for port in ports:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
