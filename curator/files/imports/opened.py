"""The files that a path stands for, whether it is a file, a folder or a zip archive."""

import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from curator.domain.errors import InputRefused
from curator.files.paths import InputFile, input_files
from curator.files.refusals import unreadable_file
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportFiles

MOST_BYTES = 2_000_000_000
"""The largest file that is read whole."""

_ARCHIVES = (".zip",)
_TEXT, _ANNOTATIONS = ".txt", ".ann"
"""What brat writes of a document, each in a file."""
_LEAST_BOUND = 256_000_000
_MOST_RATIO = 200
"""How many times as large as it is packed a file may be, where it is large at all."""
_ENCRYPTED = 0x1
_BLOCK = 1 << 20


class PathFiles:
    """Implements `ImportFiles` for files on disk, by the names that they have within the path."""

    def __init__(self, name: str, paths: Mapping[str, Path]) -> None:
        self.name = name
        self._paths = paths
        # A file that was named itself, or by a pattern, has others beside it.
        self._is_folder = any(file != path.as_posix() for file, path in paths.items())

    def names(self) -> Sequence[str]:
        return sorted(self._paths)

    def has(self, file: str) -> bool:
        return file in self._paths or (not self._is_folder and Path(file).is_file())

    def shown(self, file: str) -> str:
        if file in self._paths:
            return self._paths[file].as_posix()
        return f"{self.name}/{file}" if self._is_folder else file

    @contextmanager
    def open(self, file: str) -> Iterator[IO[bytes]]:
        if not self.has(file):
            raise InputRefused("no such file", self.shown(file), "put it beside the others")
        try:
            stream = self._paths.get(file, Path(file)).open("rb")
        except OSError as error:
            raise unreadable_file(self.shown(file), error).error from None
        with stream:
            yield stream

    def read(self, file: str) -> bytes:
        return _read(self, file)


class ZipFiles:
    """Implements `ImportFiles` for what is in a zip archive, which is never unpacked to disk."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        for info in archive.infolist():
            _refuse_name(info.filename, name)
        _refuse_doubled([info.filename for info in archive.infolist() if not info.is_dir()], name)
        self._members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        sizes = [(info.file_size, info.compress_size) for info in self._members.values()]
        _refuse_growth(sum(size for size, _ in sizes), sum(packed for _, packed in sizes), MOST_BYTES, name)
        for member in self._members:
            if member.lower().endswith(_ARCHIVES):
                what = f"the archive has an archive in it: {member!r}"
                raise InputRefused(what, name, "unpack it, and give the folder")

    def names(self) -> Sequence[str]:
        return sorted(name for name in self._members if not any(part.startswith(".") for part in name.split("/")))

    def has(self, file: str) -> bool:
        return file in self._members

    def shown(self, file: str) -> str:
        return f"{self.name}/{file}"

    @contextmanager
    def open(self, file: str) -> Iterator[IO[bytes]]:
        if file not in self._members:
            raise InputRefused("no such file in the archive", self.shown(file), "put it beside the others")
        member = self._members[file]
        _refuse_growth(member.file_size, member.compress_size, _LEAST_BOUND, self.shown(file))
        if member.flag_bits & _ENCRYPTED:
            raise InputRefused("file is encrypted", self.shown(file), "make the archive again, without a password")
        try:
            with self._archive.open(member) as stream:
                yield stream
        except _UNREADABLE as error:
            what = f"cannot be read from the archive: {error}"
            raise InputRefused(what, self.shown(file), "make the archive again") from None

    def read(self, file: str) -> bytes:
        return _read(self, file)


_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, struct.error)
"""What the library lets through for an archive that is damaged, or of a kind that it does not know."""


def opened(paths: Sequence[str]) -> Iterator[ImportFiles | Refused]:
    """Yield the files of each path in turn: of a folder, a file or an archive; what cannot be read is a refusal.

    A text named beside its annotations is read with these, and is no path of its own. An archive is open until the
    next path.
    """
    annotated = {Path(path).with_suffix("") for path in paths if Path(path).suffix.lower() == _ANNOTATIONS}
    for path in paths:
        on_disk: dict[str, Path] = {}
        archives: list[InputFile] = []
        for file in input_files([path]):
            if isinstance(file, Refused):
                yield file
            elif file.path is None:
                error = InputRefused("annotations are not read from standard input", "-", "give a file or a folder")
                yield Refused(file.name, error)
            elif file.path.suffix.lower() in _ARCHIVES:
                archives.append(file)
            elif _is_read_beside(file.path, path, annotated):
                continue
            else:
                if file.path.suffix.lower() == _ANNOTATIONS:
                    annotated.add(file.path.with_suffix(""))
                on_disk[_within(file.path, Path(path))] = file.path
        if on_disk:
            yield PathFiles(Path(path).as_posix(), on_disk)
        for archive in archives:
            yield from _archive(archive)


def _is_read_beside(file: Path, path: str, annotated: set[Path]) -> bool:
    """Say whether a file that was named is the text of annotations that were."""
    return file.suffix.lower() == _TEXT and file.with_suffix("") in annotated and not Path(path).is_dir()


def _within(file: Path, path: Path) -> str:
    return file.relative_to(path).as_posix() if file.is_relative_to(path) and file != path else file.as_posix()


def _archive(file: InputFile) -> Iterator[ImportFiles | Refused]:
    try:
        with zipfile.ZipFile(str(file.path)) as archive:
            yield ZipFiles(file.name, archive)
    except OSError as error:
        yield unreadable_file(file.name, error)
    except (*_UNREADABLE, ValueError) as error:
        remedy = "make the archive again"
        yield Refused(file.name, InputRefused(f"not a zip archive: {error}", file.name, remedy))
    except InputRefused as error:
        yield Refused(file.name, error)


def _refuse_name(member: str, archive: str) -> None:
    """Raise InputRefused for a name that no line shows, or that leads out of the folder the archive is unpacked to."""
    if not member or not member.isprintable():
        raise InputRefused(f"the archive has a file by the name {member!r}", archive, "rename it, and make it again")
    path = PurePosixPath(member.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member[:3]:
        what = f"the archive has a file that would lie outside of it: {member!r}"
        raise InputRefused(what, archive, "do not trust the archive; make it again")


def _refuse_doubled(members: Sequence[str], archive: str) -> None:
    """Raise InputRefused where two files have one name, of which only the last could be read."""
    doubled = next((member for member, count in Counter(members).items() if count > 1), None)
    if doubled is not None:
        what = f"the archive has two files by the name {doubled!r}"
        raise InputRefused(what, archive, "make it again, with a name for each")


def _refuse_growth(size: int, packed: int, bound: int, name: str) -> None:
    """Raise InputRefused for what is far larger than it is packed, once it is beyond a bound in bytes."""
    if size > max(bound, _MOST_RATIO * packed):
        raise InputRefused(
            f"it unpacks from {packed} bytes to {size}", name, "unpack it, and give the folder", limit=bound
        )


def _read(files: ImportFiles, file: str) -> bytes:
    blocks, size = [], 0
    with files.open(file) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                what = f"file is larger than {MOST_BYTES} bytes"
                raise InputRefused(what, files.shown(file), "cut it into several files", limit=MOST_BYTES)
            blocks.append(block)
    return b"".join(blocks)
