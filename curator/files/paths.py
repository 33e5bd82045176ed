"""What paths, folders and globs stand for."""

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curator.domain.canonical import refuse_unstorable
from curator.domain.errors import InputRefused
from curator.files.refusals import refusal, unreadable_file
from curator.steps.ports.documents import Refused

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A regular file, under the name that messages give it (its path, with forward slashes), or standard input."""

    name: str
    path: Path | None


def input_files(paths: Sequence[str]) -> Iterator[InputFile | Refused]:
    """Yield the files that paths stand for, in the order of the paths and sorted within folders and globs.

    Hidden files and folders are passed over unless named; a folder that links lead to twice is read once. `-` is
    yielded as it is.
    """
    for path in paths:
        if path == STANDARD_INPUT:
            yield InputFile(path, None)
        elif glob.has_magic(path) and not os.path.lexists(path):
            matches = sorted(glob.glob(path, recursive=True))
            if not matches:
                yield refusal(_shown(path), InputRefused("no file matches", remedy="check the pattern"))
            for match in matches:
                yield from _at(Path(match), set())
        else:
            yield from _at(Path(path), set())


def _at(path: Path, seen: set[tuple[int, int]]) -> Iterator[InputFile | Refused]:
    name = _shown(str(path))
    try:
        refuse_unstorable(str(path))
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            yield from _in_folder(path, status, seen)
        elif stat.S_ISREG(status.st_mode):
            yield InputFile(name, path)
        else:
            # Opening a named pipe would wait for its writer for ever.
            yield refusal(name, InputRefused("not a regular file", remedy="give a file or a folder"))
    except InputRefused:
        yield refusal(name, InputRefused("file name is not UTF-8", remedy="rename it"))
    except OSError as error:
        yield unreadable_file(name, error)


def _in_folder(path: Path, status: os.stat_result, seen: set[tuple[int, int]]) -> Iterator[InputFile | Refused]:
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return
    top = not seen
    seen.add(identity)
    names = sorted(name for name in os.listdir(path) if not name.startswith("."))
    if top and not names:
        yield refusal(_shown(str(path)), InputRefused("folder is empty", remedy="check the path"))
    for name in names:
        yield from _at(path / name, seen)


def _shown(path: str) -> str:
    """Return a path with forward slashes that can be stored and printed, whatever bytes its name is made of."""
    return os.fsencode(Path(path).as_posix()).decode("utf-8", "replace")
