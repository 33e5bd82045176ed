"""Dataset versions on disk: written once, whole or not at all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any

import orjson

from curator.domain.errors import CuratorError
from curator.files.fetched import FetchedFolder, waiting_for
from curator.files.names import checked
from curator.files.staging import StagedFolder, version_is_there
from curator.steps.ports.version_folders import StagedFetch, StagedFormat, StagedVersion

MANIFEST = "manifest.json"
LEDGER = "LOSSES.json"
FORMATS = "formats"
"""The folder within a version of what it was converted to, which is no part of it."""
FETCHING = ".fetching"
"""The folder beside the datasets of what is being fetched, or was and was cut short."""
_BLOCK = 1 << 18
_VERSION = re.compile(r"v([1-9][0-9]*)")


class VersionFolder:
    """The versions of datasets under a root: `NAME/vN/`, never changed once they are there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def versions(self, name: str) -> list[int]:
        """Return the numbers of a dataset's versions, ascending; none where there is no such dataset."""
        folder = self._root / checked(name, "dataset")
        if not folder.is_dir():
            return []
        matches = (_VERSION.fullmatch(entry.name) for entry in folder.iterdir() if entry.is_dir())
        return sorted(int(match[1]) for match in matches if match)

    def path(self, name: str, number: int) -> Path:
        """Return where a version is or would be."""
        if number < 1:
            raise CuratorError(f"{number} is no version number", name, "versions count from 1")
        return self._root / checked(name, "dataset") / f"v{number}"

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
        """Return the SHA-256 of every file of a version in its folder, by name; None where there is no folder."""
        folder = self.path(name, number)
        if not folder.is_dir():
            return None
        return _digests(folder, folder / FORMATS)

    def form_digests(self, name: str, number: int) -> dict[str, dict[str, str]]:
        """Return the SHA-256 of every file of the forms that a version was converted to, by form and name."""
        forms = self.path(name, number) / FORMATS
        if not forms.is_dir():
            return {}
        # What is being written there has no name yet.
        named = sorted(entry.name for entry in forms.iterdir() if not entry.name.startswith("."))
        return {form: _digests(forms / form) for form in named}

    def write(self, name: str, number: int, files: Mapping[str, Iterable[bytes]]) -> Path:
        """Write a new version and return its folder; it is there whole and on the disk, or not at all.

        Files may lie in folders of the version, named with `/`.
        Raises CuratorError where the version is there already, a file name is not plain, or the disk refuses.
        """
        target = self.path(name, number)
        for file in files:
            for part in file.split("/"):
                checked(part, "file")
        if target.exists():
            raise version_is_there(target)
        with self.stage(name) as staged:
            for file, blocks in files.items():
                staged.append(file, b"")
                for block in blocks:
                    staged.append(file, block)
            return staged.publish(number)

    @contextmanager
    def stage(self, name: str) -> Iterator[StagedVersion]:
        """Give a version without a number to write to; what was not published by the end is removed.

        So is what an interrupted writing left behind.
        """
        staged = StagedFolder(self._root / checked(name, "dataset"))
        try:
            yield staged
        finally:
            staged.close()

    def lines(self, name: str, number: int, split: str) -> Iterator[bytes]:
        """Yield the records of a split of a version, a line each. Raises CuratorError where they cannot be read."""
        return self.file_lines(name, number, f"{split}.jsonl")

    def file_lines(self, name: str, number: int, file: str) -> Iterator[bytes]:
        """Yield the lines of a file of a version. Raises CuratorError where they cannot be read."""
        path = self.path(name, number) / file
        with _reading(path), path.open("rb") as stream:
            yield from stream

    def file_blocks(self, name: str, number: int, file: str) -> Iterator[bytes]:
        """Yield the bytes of a file of a version in blocks. Raises CuratorError where they cannot be read."""
        path = self.path(name, number) / file
        with _reading(path), path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block

    def lines_at(self, name: str, number: int, split: str, offsets: Iterable[int]) -> Iterator[bytes]:
        """Yield the records of a split that begin at these offsets. Raises CuratorError where they cannot be read."""
        path = self.path(name, number) / f"{split}.jsonl"
        with _reading(path), path.open("rb") as stream:
            for offset in offsets:
                stream.seek(offset)
                yield stream.readline()

    def blocks(self, name: str, number: int, split: str) -> Iterator[bytes]:
        """Yield the bytes of a split of a version in blocks. Raises CuratorError where they cannot be read."""
        return self.file_blocks(name, number, f"{split}.jsonl")

    @contextmanager
    def stage_fetch(self, name: str, number: int, made_as: str, key: str) -> Iterator[StagedFetch]:
        """Give a version to fetch into; what an interrupted fetching of the same key left behind is there."""
        working = self._root / FETCHING / checked(key, "fetch")
        with waiting_for(working):
            inner = VersionFolder(working)
            yield FetchedFolder(working, inner.path(made_as, number), self.path(name, number), inner)

    @contextmanager
    def stage_format(self, name: str, number: int) -> Iterator[StagedFormat]:
        """Give a form of a version to write to; what was not published by the end is removed."""
        staged = StagedFolder(self.path(name, number) / FORMATS)
        try:
            yield staged
        finally:
            staged.close()


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors of reading records into CuratorError."""
    try:
        yield
    except OSError as error:
        what = f"records cannot be read: {error.strerror}"
        raise CuratorError(what, str(path), "write the version again, or restore it from a copy") from error


def _digests(folder: Path, without: Path | None = None) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder and of folders in it, by name with `/`.

    Empty for what is no file: a folder without anything, named with `/` at its end, or what cannot be opened as one.
    """
    digests = {}
    try:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if without and path.is_relative_to(without):
                continue
            if path.is_dir():
                if not any(path.iterdir()):
                    digests[f"{name}/"] = ""
            elif not path.is_file():
                digests[name] = ""
            else:
                with path.open("rb") as stream:
                    digests[name] = file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise CuratorError(f"version cannot be read: {error.strerror}", str(path), "check the disk") from error
    return digests
