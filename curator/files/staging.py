"""A version in the making: a folder without a name, hashed as it is written, that gets its name once it is whole."""

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from curator.domain.errors import CuratorError
from curator.files.durable import sync_folder
from curator.files.names import checked
from curator.steps.ports.version_folders import WrittenFile

_PARTIAL = ".partial"


class StagedFolder:
    """Implements `StagedVersion`; the folder is made with its first file, and is gone at the end without a name."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._partial: Path | None = None
        self._files: dict[str, tuple[IO[bytes], Any]] = {}
        self._open = ExitStack()

    def append(self, file: str, block: bytes) -> None:
        with _written(self._parent):
            stream, checksum = self._files.get(file) or self._make(file)
            checksum.update(block)
            stream.write(block)

    def _make(self, file: str) -> tuple[IO[bytes], Any]:
        for part in file.split("/"):
            checked(part, "file")
        if self._partial is None:
            self._partial = self._open.enter_context(_made(self._parent))
        path = self._partial / file
        path.parent.mkdir(parents=True, exist_ok=True)
        self._files[file] = (self._open.enter_context(path.open("xb")), hashlib.sha256())
        return self._files[file]

    def seal(self) -> dict[str, WrittenFile]:
        with _written(self._parent):
            for stream, _ in self._files.values():
                stream.flush()
                os.fsync(stream.fileno())
            return {
                file: WrittenFile(checksum.hexdigest(), stream.tell())
                for file, (stream, checksum) in self._files.items()
            }

    def publish(self, number: int) -> Path:
        target = self._parent / f"v{number}"
        self.seal()
        with _written(target):
            if self._partial is None:
                self._partial = self._open.enter_context(_made(self._parent))
            for folder in {self._partial, *((self._partial / file).parent for file in self._files)}:
                sync_folder(folder)
            with locked(self._parent):
                if target.exists():
                    raise version_is_there(target)
                self._partial.rename(target)
            sync_folder(self._parent)
        return target

    def close(self) -> None:
        """Remove what has no name by now."""
        self._open.close()


def version_is_there(target: Path) -> CuratorError:
    """Return the error that says that a version has a folder already."""
    return CuratorError("version is there already", str(target), "versions never change: write the next one")


@contextmanager
def _made(parent: Path) -> Iterator[Path]:
    """Make a folder that is known to be of a writer that still runs, and remove those of others."""
    parent.mkdir(parents=True, exist_ok=True)
    with locked(parent):
        for abandoned in parent.glob(f".*{_PARTIAL}"):
            with locked(abandoned, wait=False) as is_abandoned:
                if is_abandoned:
                    shutil.rmtree(abandoned)
        partial = parent / f".{uuid.uuid4().hex}{_PARTIAL}"
        partial.mkdir()
        writing = os.open(partial, os.O_RDONLY)
        fcntl.flock(writing, fcntl.LOCK_EX)
    try:
        yield partial
    finally:
        os.close(writing)
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of a folder, or say where nobody waits that another has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield _take(handle, wait)
    finally:
        os.close(handle)


def _take(handle: int, wait: bool) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


@contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CuratorError(f"version cannot be written: {error.strerror}", str(target), "check the disk") from error
