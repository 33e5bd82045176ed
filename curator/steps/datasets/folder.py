"""The folder of a version: a copy of what the store has, compared with it and written from it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from curator.domain.errors import CuratorError, FolderChanged
from curator.domain.json_values import unbroken
from curator.domain.loadable import LOADABLE_FILES, loadable_lines
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_versions import StoredVersion, VersionFile
from curator.steps.ports.version_folders import StagedVersion, VersionStorage

MANIFEST = "manifest.json"
LEDGER = "LOSSES.json"


@dataclass(frozen=True, slots=True)
class Difference:
    """A file of a version's folder that was `changed`, `added` or is `missing`."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file} {'is' if self.what == 'missing' else 'was'} {self.what}"


def stored_version(store: Store, dataset: str, number: int) -> StoredVersion | None:
    """Return a version as the store has it, None where it has none of this number."""
    with store.reading() as transaction:
        return transaction.versions.find(dataset, number)


def differences(version: StoredVersion, storage: VersionStorage) -> list[Difference] | None:
    """Return how the folder of a version differs from what the store has, by file; None where there is no folder.

    Where the store does not know the version's files, the folder is held against its own manifest, as far as that goes.
    Raises CuratorError where the folder cannot be read.
    """
    present = storage.digests(version.dataset, version.number)
    if present is None:
        return None
    if version.files:
        expected = {file: facts.sha256 for file, facts in version.files.items()}
    else:
        expected = _by_manifest(version, storage, present)
        present = {file: digest for file, digest in present.items() if file in expected}
    return [
        Difference(file, "added" if file not in expected else "missing" if file not in present else "changed")
        for file in sorted(expected.keys() | present.keys())
        if expected.get(file) != present.get(file)
    ]


def _by_manifest(version: StoredVersion, storage: VersionStorage, present: dict[str, str]) -> dict[str, str]:
    """Return the digests of files by the folder's own manifest, whose own is wrong where it is of another version."""
    manifest = storage.manifest(version.dataset, version.number)
    try:
        expected = {str(file): str(facts["sha256"]) for file, facts in manifest["files"].items()}
    except (KeyError, TypeError, AttributeError):
        return {MANIFEST: ""}
    intact = version.digest in ("", manifest.get("digest"))
    return {**expected, MANIFEST: present.get(MANIFEST, "") if intact else ""}


def refuse_changed(dataset: str, number: int, *, store: Store | None, storage: VersionStorage) -> None:
    """Raise CuratorError, naming every file, where the folder of a version is not as the store, where given, has it.

    A version that the store does not know is held against its own manifest.
    """
    version = stored_version(store, dataset, number) if store is not None else None
    known = version or StoredVersion(dataset, number, "", 0)
    differing = differences(known, storage)
    if differing is None and version is not None:
        refuse_absent(version, storage)
    if differing is None:
        # Says that there is none.
        storage.manifest(dataset, number)
    if differing:
        raise changed(known, differing, storage)


def refuse_absent(version: StoredVersion, storage: VersionStorage) -> None:
    """Raise FolderChanged where a version of the store has no folder on this machine."""
    folder = storage.path(version.dataset, version.number)
    if not folder.is_dir():
        raise FolderChanged(f"{version} is not on this machine", str(folder), again(version))


def changed(version: StoredVersion, differing: Iterable[Difference], storage: VersionStorage) -> FolderChanged:
    """Return the error that names what was changed in the folder of a version."""
    remedy = f"move that folder away, then {again(version)}" if version.files else again(version)
    where = str(storage.path(version.dataset, version.number))
    return FolderChanged(f"{version} was changed on disk: {', '.join(map(str, differing))}", where, remedy)


def again(version: StoredVersion) -> str:
    """Return how the folder of a version can be had again, for a remedy."""
    if version.fetched_from:
        return f"`curator datasets fetch {version.fetched_from} --as {version.dataset}` fetches it again"
    return f"`curator export {version}` writes it again as it was" if version.reproducible else "restore it from a copy"


def write_folder(version: StoredVersion, *, store: Store, storage: VersionStorage) -> bool:
    """Write the folder of a version, byte for byte as it was or not at all; returns whether it was missing.

    Raises CuratorError where it is there and was changed, where the store has not what it was written from, and where
    a file would not come out as it was.
    """
    differing = differences(version, storage)
    where = storage.path(version.dataset, version.number)
    if differing is None and not version.reproducible:
        why = "it is of another store" if version.fetched_from else "it was exported before the store kept versions"
        what = f"{version} is not reproducible from the store: {why}"
        raise CuratorError(what, str(where), again(version))
    if differing is None:
        try:
            with store.reading() as transaction:
                # Records before what is made from them: where these are damaged, that is what is told.
                names = sorted(version.files, key=lambda file: (file in LOADABLE_FILES.values(), file))
                files = {file: _as_it_was(_blocks(transaction, version, file), version, file) for file in names}
                storage.write(version.dataset, version.number, files)
        except CuratorError:
            # Another export may have been quicker; what it wrote is then looked at as any folder is.
            differing = differences(version, storage)
            if differing is None:
                raise
        else:
            return True
    if differing:
        raise changed(version, differing, storage)
    return False


def publish(version: StoredVersion, staged: StagedVersion, *, store: Store, storage: VersionStorage) -> None:
    """Let what was staged of a version that was just stored be its folder; raises CuratorError as `write_folder`."""
    try:
        for file, kept in version.files.items():
            if kept.content is not None:
                staged.append(file, kept.content)
        staged.publish(version.number)
    except CuratorError:
        # Another export may have been quicker.
        write_folder(version, store=store, storage=storage)


def _blocks(transaction: Transaction, version: StoredVersion, file: str) -> Iterator[bytes]:
    content = transaction.versions.content(version, file)
    if content:
        yield content
        return
    split = PurePosixPath(file).stem
    encoding = json.loads(transaction.versions.content(version, MANIFEST)).get("loadable", "ascii")
    for lines in transaction.versions.lines(version, split):
        if file == LOADABLE_FILES.get(split):
            # Of some documents there are several records.
            lines = [line for of_document in lines for line in of_document.splitlines(keepends=True)]
            yield loadable_lines(lines, encoding)
        else:
            yield b"".join(lines)


def _as_it_was(blocks: Iterable[bytes], version: StoredVersion, file: str) -> Iterator[bytes]:
    """Yield the blocks of a file. Raises CuratorError at the end where they are not those it was written of."""
    checksum = hashlib.sha256()
    for block in blocks:
        checksum.update(block)
        yield block
    if checksum.hexdigest() != version.files[file].sha256:
        what = f"the store no longer gives {file} of {version} as it was"
        raise CuratorError(what, "nothing was written", "restore the store, or the version's folder, from a copy")


def kept_file(content: bytes) -> VersionFile:
    """Return a file that the store keeps as it is."""
    return VersionFile(hashlib.sha256(content).hexdigest(), len(content), content)


def data_file(facts: dict[str, Any]) -> VersionFile:
    """Return a file whose lines the records of the version give."""
    return VersionFile(facts["sha256"], facts["bytes"])


def manifest_content(value: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written: indented JSON in UTF-8, ended by LF."""
    return unbroken(json.dumps(value, ensure_ascii=False, indent=2)).encode("utf-8") + b"\n"
