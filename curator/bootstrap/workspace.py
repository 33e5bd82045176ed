"""A workspace: the folder that holds everything curator keeps on this machine."""

import json
import os
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from curator.bootstrap.private_files import open_private
from curator.domain.errors import CuratorError

_USERNAME = "admin@curator.local"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The embedded Label Studio's log-in and token."""

    username: str
    password: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SharedSecrets:
    """What opens the hook and the ML backend, as the store has it."""

    hook_secret: str = field(repr=False)
    ml_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the last `up` of a workspace listened."""

    label_studio: int
    hook: int


class Workspace:
    """The paths and small files of a workspace; the folder is made when something is first written to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def store(self) -> Path:
        return self.root / "store.sqlite3"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox.sqlite3"

    @property
    def _secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def label_studio(self) -> Path:
        return self.root / "label-studio"

    @property
    def hook_log(self) -> Path:
        return self.root / "hook.log"

    @property
    def models(self) -> Path:
        """The folder that trained pipelines are kept in."""
        return self.root / "models"

    @property
    def lock(self) -> Path:
        return self.root / "up.lock"

    def make(self) -> None:
        """Make the folder, readable by its owner alone. Raises CuratorError where that is impossible."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CuratorError(
                f"workspace cannot be made: {error.strerror}", str(self.root), "choose another with --workspace DIR"
            ) from error

    def is_made(self) -> bool:
        """Say whether the folder is a workspace: it holds a store, an inbox or a store's secrets."""
        try:
            return any(path.exists() for path in (self.store, self.inbox, self._secrets))
        except OSError as error:
            what = f"workspace cannot be read: {error.strerror}"
            raise CuratorError(what, str(self.root), "give yourself the right to, or check --workspace") from error

    def require(self) -> None:
        """Raise CuratorError where the folder is no workspace."""
        if not self.is_made():
            what = "folder is no workspace" if self.root.is_dir() else "no such workspace"
            raise CuratorError(what, str(self.root), "check --workspace, or make it with `curator init`")

    def credentials(self) -> Credentials:
        """Return the embedded Label Studio's log-in, made up at random the first time."""
        path = self.root / "credentials.json"
        if not path.exists():
            # Few commands make any.
            import secrets

            self.make()
            credentials = Credentials(_USERNAME, secrets.token_urlsafe(12), secrets.token_hex(20))
            self._write(path, asdict(credentials))
        return self._read(path, Credentials)

    def shared_secrets(self) -> SharedSecrets | None:
        """Return the copy of the store's secrets, or None where there is none."""
        path = self._secrets
        return self._read(path, SharedSecrets) if path.exists() else None

    def keep_shared_secrets(self, shared: SharedSecrets) -> None:
        """Keep a copy of the store's secrets. Idempotent."""
        path = self._secrets
        if not path.exists() or self._read(path, SharedSecrets) != shared:
            self.make()
            path.unlink(missing_ok=True)
            self._write(path, asdict(shared))

    def ports(self) -> Ports | None:
        """Return where the last `up` listened, or None where there was none."""
        path = self.root / "ports.json"
        return self._read(path, Ports) if path.exists() else None

    def save_ports(self, ports: Ports) -> None:
        self.make()
        path = self.root / "ports.json"
        path.unlink(missing_ok=True)
        self._write(path, asdict(ports))

    def _read(self, path: Path, kind: type[_T]) -> _T:
        try:
            with open_private(path, "r") as stream:
                return kind(**json.load(stream))
        except (OSError, ValueError, TypeError) as error:
            raise CuratorError(f"file cannot be read: {error}", str(path), "restore it, or remove it") from error

    def _write(self, path: Path, value: dict[str, Any]) -> None:
        """Write a file that its owner alone can read; whoever writes first wins."""
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        with open_private(partial, "w") as stream:
            stream.write(json.dumps(value, indent=2) + "\n")
        try:
            with suppress(FileExistsError):
                os.link(partial, path)
        finally:
            partial.unlink()


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nothing listens on."""
    import socket

    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
