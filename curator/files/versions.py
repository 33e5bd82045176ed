"""Dataset versions on disk: written once, whole or not at all."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any

import orjson

from curator.domain.errors import CuratorError
from curator.files.durable import sync_folder, write_durably

MANIFEST = "manifest.json"
LEDGER = "LOSSES.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VERSION = re.compile(r"v([1-9][0-9]*)")
_PARTIAL = ".partial"


class VersionFolder:
    """The versions of datasets under a root: `NAME/vN/`, never changed once they are there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def versions(self, name: str) -> list[int]:
        """Return the numbers of a dataset's versions, ascending; none where there is no such dataset."""
        folder = self._root / _checked(name, "dataset")
        if not folder.is_dir():
            return []
        matches = (_VERSION.fullmatch(entry.name) for entry in folder.iterdir() if entry.is_dir())
        return sorted(int(match[1]) for match in matches if match)

    def path(self, name: str, number: int) -> Path:
        """Return where a version is or would be."""
        if number < 1:
            raise CuratorError(f"{number} is no version number", name, "versions count from 1")
        return self._root / _checked(name, "dataset") / f"v{number}"

    def manifest(self, name: str, number: int) -> dict[str, Any]:
        """Return a version's manifest. Raises CuratorError where the version or its manifest is not there."""
        try:
            return self._object(name, number, MANIFEST, "manifest")
        except FileNotFoundError:
            where = str(self.path(name, number) / MANIFEST)
            raise CuratorError(f"no such version: {name}@{number}", where, "list the versions there are") from None

    def ledger(self, name: str, number: int) -> dict[str, Any]:
        """Return the ledger of what a version leaves out. Raises CuratorError where it is not there."""
        try:
            value = self._object(name, number, LEDGER, "ledger")
        except FileNotFoundError:
            where = str(self.path(name, number) / LEDGER)
            raise CuratorError(f"{name}@{number} has no ledger", where, "restore it from a copy") from None
        if not isinstance(value.get("counts"), dict):
            where = str(self.path(name, number) / LEDGER)
            raise CuratorError("ledger has no counts", where, "restore it from a copy")
        return value

    def _object(self, name: str, number: int, file: str, kind: str) -> dict[str, Any]:
        """Return what a JSON file of a version holds. Raises FileNotFoundError where it is not there."""
        path = self.path(name, number) / file
        try:
            value = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            raise
        except (OSError, orjson.JSONDecodeError) as error:
            raise CuratorError(f"{kind} cannot be read: {error}", str(path), "restore it from a copy") from error
        if not isinstance(value, dict):
            raise CuratorError(f"{kind} is no JSON object", str(path), "restore it from a copy")
        return value

    def digests(self, name: str, number: int) -> dict[str, str] | None:
        """Return the SHA-256 of every file in a version's folder, by name; None where there is no folder."""
        folder = self.path(name, number)
        if not folder.is_dir():
            return None
        digests = {}
        try:
            for path in sorted(folder.rglob("*")):
                if not path.is_dir():
                    with path.open("rb") as stream:
                        digests[path.relative_to(folder).as_posix()] = file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise CuratorError(f"version cannot be read: {error.strerror}", str(path), "check the disk") from error
        return digests

    def write(self, name: str, number: int, files: Mapping[str, Iterable[bytes]]) -> Path:
        """Write a new version and return its folder; it is there whole and on the disk, or not at all.

        Files may lie in folders of the version, named with `/`. What an interrupted writing left behind is removed.
        Raises CuratorError where the version is there already, a file name is not plain, or the disk refuses.
        """
        target = self.path(name, number)
        for file in files:
            for part in file.split("/"):
                _checked(part, "file")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _locked(target.parent):
                _write(target, files)
        except OSError as error:
            raise CuratorError(f"version cannot be written: {error.strerror}", str(target), "check the disk") from error
        return target


def _write(target: Path, files: Mapping[str, Iterable[bytes]]) -> None:
    if target.exists():
        raise CuratorError("version is there already", str(target), "versions never change: write the next one")
    for abandoned in target.parent.glob(f".*{_PARTIAL}"):
        shutil.rmtree(abandoned)
    partial = target.with_name(f".{target.name}{_PARTIAL}")
    partial.mkdir()
    try:
        for file, blocks in files.items():
            (partial / file).parent.mkdir(parents=True, exist_ok=True)
            write_durably(partial / file, blocks)
        for folder in {partial, *((partial / file).parent for file in files)}:
            sync_folder(folder)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(target.parent)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a dataset: only then is a partial folder known to be of no writer that still runs."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _checked(name: str, kind: str) -> str:
    if not _NAME.fullmatch(name):
        remedy = "use letters, digits, '.', '_' and '-', beginning with a letter or digit"
        raise CuratorError(f"{name!r} is no name for a {kind}", "", remedy)
    return name
