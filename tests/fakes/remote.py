"""Real file systems of fsspec that fail at a chosen call, as a network or a kill would have it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from curator.files.remote import FsspecFolder, remote_folder


class Broken(OSError):
    """The connection is gone."""


class Line:
    """What every call goes through; after so many of them none does any more."""

    def __init__(self, left: int = 10**9) -> None:
        self.left = left
        self.calls = 0

    def pass_through(self) -> None:
        self.calls += 1
        self.left -= 1
        if self.left < 0:
            raise Broken("connection reset")


class _Stream:
    """A file of a file system; a write that fails has written half."""

    def __init__(self, stream: Any, line: Line) -> None:
        self._stream = stream
        self._line = line

    def read(self, size: int) -> bytes:
        self._line.pass_through()
        # Blocks small enough for a file to have several.
        block: bytes = self._stream.read(min(size, 512))
        return block

    def write(self, block: bytes) -> None:
        try:
            self._line.pass_through()
        except Broken:
            self._stream.write(block[: len(block) // 2])
            raise
        self._stream.write(block)

    def seek(self, place: int) -> None:
        self._stream.seek(place)


class FailingSystem:
    """A file system of fsspec, each of whose calls goes through a line."""

    def __init__(self, system: Any, line: Line) -> None:
        self._system = system
        self._line = line

    @contextmanager
    def open(self, path: str, mode: str) -> Iterator[_Stream]:
        self._line.pass_through()
        with self._system.open(path, mode) as stream:
            yield _Stream(stream, self._line)
            self._line.pass_through()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._system, name)

        def call(*arguments: Any, **options: Any) -> Any:
            self._line.pass_through()
            done = method(*arguments, **options)
            # What was done may have been done though nobody heard of it.
            self._line.pass_through()
            return done

        return call


def failing_folder(address: str, line: Line) -> FsspecFolder:
    """Return the folder of an address whose file system fails where the line does."""
    folder = remote_folder(address)
    return FsspecFolder(FailingSystem(folder._system, line), folder._path, address)
