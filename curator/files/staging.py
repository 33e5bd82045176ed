"""A version in the making: a folder without a name, hashed as it is written, that gets its name once it is whole."""

import fcntl
import hashlib
import os
import shutil
import uuid
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from curator.domain.errors import CuratorError
from curator.files.durable import sync_folder
from curator.files.names import checked
from curator.steps.ports.version_folders import WrittenFile

_PARTIAL = ".partial"
_AHEAD = 16
_SYNCED = 1 << 24
"""The number of bytes of a file after which the disk is given it, so that the end need not wait for all."""


@dataclass(slots=True)
class _File:
    """A file that is written, with what its content hashes to; `unsynced` bytes may not be on the disk yet."""

    stream: IO[bytes]
    checksum: Any = field(default_factory=hashlib.sha256)
    unsynced: int = 0

    def write(self, block: bytes) -> None:
        self.checksum.update(block)
        self.stream.write(block)
        self.unsynced += len(block)
        if self.unsynced >= _SYNCED:
            self.sync()

    def sync(self) -> None:
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.unsynced = 0

    def facts(self) -> WrittenFile:
        return WrittenFile(self.checksum.hexdigest(), self.stream.tell())


class StagedFolder:
    """Implements `StagedVersion`; the folder is made with its first file, and is gone at the end without a name.

    A thread hashes and writes, at most `_AHEAD` blocks behind, so that disk and processor need not wait for each other.
    """

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._partial: Path | None = None
        self._files: dict[str, _File] = {}
        self._folders: set[Path] = set()
        self._has_whole_files = False
        self._open = ExitStack()
        self._writer = ThreadPoolExecutor(1, "staging")
        self._pending: deque[Future[None]] = deque()

    def append(self, file: str, block: bytes) -> None:
        with disk_errors(self._parent):
            writing = self._files.get(file) or self._make(file)
            self._catch_up(_AHEAD - 1)
            self._pending.append(self._writer.submit(writing.write, block))

    def write(self, file: str, content: bytes) -> None:
        """Make a file of its whole content; nothing of it is kept in memory, nor is it open afterwards."""
        with disk_errors(self._parent):
            path = self._place(file)
            self._has_whole_files = True
            self._catch_up(_AHEAD - 1)
            self._pending.append(self._writer.submit(_write_whole, path, content))

    def _make(self, file: str) -> _File:
        stream = self._place(file).open("xb")
        self._open.callback(_close, stream)
        self._files[file] = _File(stream)
        return self._files[file]

    def _place(self, file: str) -> Path:
        for part in file.split("/"):
            checked(part, "file")
        path = self._folder() / file
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        return path

    def _folder(self) -> Path:
        if self._partial is None:
            self._partial = self._open.enter_context(_made(self._parent))
        return self._partial

    def _catch_up(self, behind: int) -> None:
        """Wait until the thread is so many blocks behind. Raises what it raised."""
        while len(self._pending) > behind:
            self._pending.popleft().result()

    def seal(self) -> dict[str, WrittenFile]:
        with disk_errors(self._parent):
            self._catch_up(0)
            for file in self._files.values():
                file.sync()
            if self._has_whole_files:
                # All at once: to wait for each of many small files would take longer than to write them.
                os.sync()
            return {name: file.facts() for name, file in self._files.items()}

    def publish(self, number: int) -> Path:
        target = self._parent / f"v{number}"
        with self._whole(target) as partial:
            if target.exists():
                raise version_is_there(target)
            partial.rename(target)
        return target

    def replace(self, name: str) -> Path:
        """Let this be the folder of a name beside it, at once and durably, in the place of one that may be there."""
        target, before = self._parent / name, self._parent / f".{uuid.uuid4().hex}{_PARTIAL}"
        with self._whole(target) as partial:
            # A folder cannot take the place of another one at once; where this ends in between, there is none.
            if target.exists() or target.is_symlink():
                target.rename(before)
            partial.rename(target)
        with suppress(OSError):
            _remove(before)
        return target

    @contextmanager
    def _whole(self, target: Path) -> Iterator[Path]:
        """Give the folder, all of it on the disk, to be renamed while nobody else does."""
        self.seal()
        with disk_errors(target):
            partial = self._folder()
            for folder in {partial, *self._folders}:
                sync_folder(folder)
            with locked(self._parent):
                yield partial
            sync_folder(self._parent)

    def close(self) -> None:
        """Remove what has no name by now."""
        self._writer.shutdown(cancel_futures=True)
        self._open.close()


def _close(stream: IO[bytes]) -> None:
    """Close a file; what it could not write by now was told, or is not wanted."""
    with suppress(OSError):
        stream.close()


def _write_whole(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)


def version_is_there(target: Path) -> CuratorError:
    """Return the error that says that a version has a folder already."""
    return CuratorError("version is there already", str(target), "versions never change: write the next one")


@contextmanager
def _made(parent: Path) -> Iterator[Path]:
    """Make a folder that is known to be of a writer that still runs, and remove those of others."""
    parent.mkdir(parents=True, exist_ok=True)
    with locked(parent):
        for abandoned in parent.glob(f".*{_PARTIAL}"):
            # Whoever wrote it may be removing it.
            with suppress(FileNotFoundError):
                if abandoned.is_symlink() or not abandoned.is_dir():
                    abandoned.unlink()
                    continue
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
        shutil.rmtree(partial, ignore_errors=True)
        os.close(writing)


def _remove(path: Path) -> None:
    """Remove what is there: a folder, or a file or link that had its name."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)


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
def disk_errors(target: Path) -> Iterator[None]:
    """Turn errors of the disk into CuratorError."""
    try:
        yield
    except OSError as error:
        what = f"version cannot be written: {error.strerror or error}"
        raise CuratorError(what, str(target), "check the disk") from error
