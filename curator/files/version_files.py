"""Files of dataset versions, opened one by one, with the digest of what each holds."""

import errno
import os
import stat
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from io import FileIO
from pathlib import Path
from threading import Lock

from curator.domain.errors import CuratorError
from curator.files.names import is_plain
from curator.files.versions import FORMATS, VersionFolder
from curator.steps.ports.version_files import OpenFile
from curator.steps.ports.version_folders import WrittenFile

_KNOWN = 1 << 18
# A file that was written to this short a while ago may be written to again without its times showing it.
_SETTLED_NS = 1_000_000_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# What is no file must not hold whoever opens it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# A link, or a socket.
_NO_FILE = (errno.ELOOP, errno.ENXIO)


class VersionFileReader:
    """Implements `VersionFiles` on the folders of versions."""

    def __init__(self, folders: VersionFolder) -> None:
        self._folders = folders
        self._digests = _Digests()

    def open(self, name: str, number: int, file: str, size: int | None = None) -> OpenFile | None:
        """Open a file of a version, where it is there and has the size that is given; raises CuratorError."""
        folder = self._folders.path(name, number)
        with _reading(folder), ExitStack() as opened:
            stream = _open_beneath(folder, file)
            if stream is None:
                return None
            opened.callback(stream.close)
            facts = os.fstat(stream.fileno())
            if size not in (None, facts.st_size):
                return None
            sha256 = self._digests.of(stream, facts)
            opened.pop_all()
            return OpenFile(stream, facts.st_size, sha256)

    def forms(self, name: str, number: int) -> list[str]:
        """Return the forms that a version was converted to; raises CuratorError."""
        folder = self._folders.path(name, number) / FORMATS
        with _reading(folder):
            return sorted(entry.name for entry in _entries(folder) if entry.is_dir(follow_symlinks=False))

    def form_files(self, name: str, number: int, form: str, after: str, most: int) -> dict[str, WrittenFile]:
        """Return so many files of a form, by name, that come after a name; raises CuratorError."""
        folder = self._folders.path(name, number) / FORMATS / form
        # A link is no form.
        if form not in self.forms(name, number):
            return {}
        with _reading(folder):
            names = sorted(Path(entry.path).relative_to(folder).as_posix() for entry in _files(folder))
        files: dict[str, WrittenFile] = {}
        for file in names[bisect_right(names, after) :]:
            if len(files) == most:
                break
            opened = self.open(name, number, f"{FORMATS}/{form}/{file}")
            # The form may be replaced just now.
            if opened is not None:
                opened.stream.close()
                files[file] = WrittenFile(opened.sha256, opened.size)
        return files


class _Digests:
    """The SHA-256 of files, kept as long as a file's inode, size and times are what they were.

    Who asks for one that is being made waits for it.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, ...], str] = OrderedDict()
        self._turns: dict[tuple[int, ...], Lock] = {}
        self._lock = Lock()

    def known(self, facts: os.stat_result) -> str | None:
        key = _key(facts)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def of(self, stream: FileIO, facts: os.stat_result) -> str:
        """Return the digest of an open file, which is left at its beginning."""
        key = _key(facts)
        with self._lock:
            turn = self._turns.setdefault(key, Lock())
        try:
            with turn:
                digest = self.known(facts)
                if digest is None:
                    settled = time.time_ns() - max(facts.st_mtime_ns, facts.st_ctime_ns) > _SETTLED_NS
                    digest = file_digest(stream, "sha256").hexdigest()
                    stream.seek(0)
                    if settled and _key(os.fstat(stream.fileno())) == key:
                        self._keep(key, digest)
                return digest
        finally:
            with self._lock:
                self._turns.pop(key, None)

    def _keep(self, key: tuple[int, ...], digest: str) -> None:
        with self._lock:
            self._known[key] = digest
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)


def _key(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _open_beneath(folder: Path, file: str) -> FileIO | None:
    """Open a file under a folder, or None where there is none that is reached through plain names and folders alone."""
    parts = file.split("/")
    if not all(is_plain(part) for part in parts):
        return None
    with ExitStack() as opened:
        try:
            within = os.open(folder, _FOLDER)
            opened.callback(os.close, within)
            for part in parts[:-1]:
                within = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=within)
                opened.callback(os.close, within)
            stream = FileIO(os.open(parts[-1], _FILE, dir_fd=within))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            if error.errno in _NO_FILE:
                return None
            raise
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    return None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder under plain names; nothing where there is no folder."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if is_plain(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the files in a folder and in folders of it."""
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield entry


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Turn errors of the disk into CuratorError."""
    try:
        yield
    except OSError as error:
        what = f"version cannot be read: {error.strerror or error}"
        raise CuratorError(what, str(folder), "check the disk") from error
