"""A version that is fetched from elsewhere: kept file by file until it is whole, then at once where versions are."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from curator.files.durable import sync_folder
from curator.files.names import checked
from curator.files.staging import disk_errors, locked, version_is_there
from curator.steps.ports.version_folders import VersionStorage

_BLOCK = 1 << 18


class FetchedFolder:
    """Implements `StagedFetch`: `folder`, within `working`, becomes `target`."""

    def __init__(self, working: Path, folder: Path, target: Path, storage: VersionStorage) -> None:
        self._working = working
        self._folder = folder
        self._target = target
        self._storage = storage

    @property
    def storage(self) -> VersionStorage:
        """The version as it is by now."""
        return self._storage

    def size(self, file: str) -> int:
        """Return how many bytes of a file are there."""
        with disk_errors(self._folder):
            path = self._place(file)
            return path.stat().st_size if path.is_file() else 0

    def blocks(self, file: str) -> Iterator[bytes]:
        """Yield the bytes that are there of a file."""
        with disk_errors(self._folder), self._place(file).open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block

    def append(self, file: str, blocks: Iterable[bytes]) -> None:
        """Add to a file; what was added by the time that `blocks` raises stays."""
        with disk_errors(self._folder):
            path = self._place(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as stream:
                try:
                    for block in blocks:
                        stream.write(block)
                finally:
                    stream.flush()
                    os.fsync(stream.fileno())

    def discard(self, file: str = "") -> None:
        """Throw a file away, or all of it."""
        with disk_errors(self._folder):
            if file:
                self._place(file).unlink(missing_ok=True)
            else:
                shutil.rmtree(self._working / self._folder.relative_to(self._working).parts[0], ignore_errors=True)

    def publish(self) -> Path:
        """Let this be the version that it was staged for."""
        with disk_errors(self._target):
            parent = self._target.parent
            parent.mkdir(parents=True, exist_ok=True)
            for folder in (self._folder, *(path for path in self._folder.rglob("*") if path.is_dir())):
                sync_folder(folder)
            with locked(parent):
                if self._target.exists():
                    raise version_is_there(self._target)
                self._folder.rename(self._target)
            sync_folder(parent)
        self.discard()
        return self._target

    def _place(self, file: str) -> Path:
        for part in file.split("/"):
            checked(part, "file")
        return self._folder / file


@contextmanager
def waiting_for(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made, for this process alone; whoever else holds it is waited for.

    Where nothing is left in it at the end, it is gone.
    """
    with disk_errors(folder):
        handle = _taken(folder)
    try:
        yield
    finally:
        for empty in (folder, folder.parent):
            with suppress(OSError):
                empty.rmdir()
        os.close(handle)


def _taken(folder: Path) -> int:
    while True:
        # Whoever has it may remove it.
        with suppress(FileNotFoundError):
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists() and os.path.samestat(os.fstat(handle), folder.stat()):
                return handle
            os.close(handle)
