"""A copied version from an address elsewhere: taken in whole, once every file is what its manifest says."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.steps.datasets.blocks import bounded, measured
from curator.steps.datasets.fetched_manifest import FetchedManifest, fetched_manifest
from curator.steps.datasets.folder import MANIFEST, changed, differences, write_folder
from curator.steps.datasets.verify.verify import verify
from curator.steps.ports.formats import FormatFinder
from curator.steps.ports.progress import Progress
from curator.steps.ports.remote_folders import RemoteFolder
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredVersion, VersionFile
from curator.steps.ports.version_folders import StagedFetch, VersionStorage, WrittenFile

_MOST = 1 << 24
"""The most bytes that a manifest is read of."""
_LISTED = 3
_LONGEST_NUMBER = 12
_AGAIN = "nothing was taken in: copy it again from where it was made"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A version that was fetched, or was here already; `received` counts the bytes that came, `kept` those from before.

    The manifest always comes. `made_as` is its name where it was made.
    """

    ref: DatasetRef
    made_as: str
    address: str
    path: Path
    digest: str
    unchanged: bool
    received: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Fetching:
    """What fetching works with: this store, its folders, and what holds a version against its manifest."""

    store: Store
    storage: VersionStorage
    find_format: FormatFinder
    code_version: str
    progress: Progress

    def fetch(self, source: RemoteFolder, name: str | None = None) -> Fetched:
        """Fetch the version of a folder, or of its folders vN the newest that is whole; under another name if given.

        It keeps its number, and its name too where none is given. What has come is kept where this is cut short, and
        the next run goes on from there. Every byte is held against the manifest and every record is read, as `verify`
        does, before it is a version here. Nothing of it becomes a revision or a decision.

        One that is here with the same digest is unchanged. Raises CuratorError where its number is another version's
        or its name that of a dataset of this store, and, naming the file, for whatever is not as its manifest says.
        """
        folder = _version_folder(source)
        content = _manifest(folder)
        manifest = fetched_manifest(content, folder.address)
        ref = DatasetRef(manifest.ref.name if name is None else name, manifest.ref.number)
        # Says what is no name.
        self.storage.path(manifest.ref.name, manifest.ref.number)
        version = _stored(ref, manifest, content, folder.address)
        known = self._known(version)
        if known is not None:
            return Fetched(ref, manifest.ref.name, folder.address, known, manifest.digest, True, len(content))
        key = hashlib.sha256(content).hexdigest()
        with self.storage.stage_fetch(ref.name, ref.number, manifest.ref.name, key) as staged:
            known = self._known(version)
            if known is not None:
                # Another process, which was waited for, was quicker.
                staged.discard()
                return Fetched(ref, manifest.ref.name, folder.address, known, manifest.digest, True, len(content))
            received, kept = len(content), 0
            for done, (file, facts) in enumerate(manifest.files.items()):
                self.progress(done, len(manifest.files))
                there = min(staged.size(file), facts.size)
                received += _receive(folder, file, facts, staged)
                kept += there
            staged.discard(MANIFEST)
            staged.append(MANIFEST, [content])
            self._refuse_faulty(manifest.ref, staged, folder.address)
            path = self._take_in(version, staged)
        return Fetched(ref, manifest.ref.name, folder.address, path, manifest.digest, False, received, kept)

    def _known(self, version: StoredVersion) -> Path | None:
        """Return where a version is that is here already; None where it is to be fetched.

        One whose folder alone is here, as a fetch that was killed at its very end leaves it, is taken in.
        """
        with self.store.reading() as transaction:
            here = _here(transaction.versions.all(version.dataset), version)
        differing = differences(here or version, self.storage)
        if differing is None and here is not None and here.reproducible:
            write_folder(here, store=self.store, storage=self.storage)
            differing = []
        if differing is None:
            _refuse_unlike(here, version)
            return None
        if differing and here is not None:
            raise changed(here, differing, self.storage)
        path = self.storage.path(version.dataset, version.number)
        if differing:
            what = f"there is another folder {version.dataset}/v{version.number} already"
            raise CuratorError(what, str(path), "move it away, or name the dataset with --as OTHER")
        if here is None:
            self._add(version)
        return path

    def _add(self, version: StoredVersion) -> None:
        with self.store.writing() as transaction:
            if _here(transaction.versions.all(version.dataset), version) is None:
                transaction.versions.add(version, [])

    def _refuse_faulty(self, ref: DatasetRef, staged: StagedFetch, address: str) -> None:
        verification = verify(
            ref,
            store=None,
            storage=staged.storage,
            find_format=self.find_format,
            code_version=self.code_version,
            progress=self.progress,
        )
        try:
            faults = list(map(str, islice(verification.faults, _LISTED + 1)))
        except RecursionError:
            faults = ["manifest is nested too deeply"]
        if faults:
            # What is so by its own manifest will not be otherwise the next time.
            staged.discard()
            more = ", and more" if len(faults) > _LISTED else ""
            what = f"{ref} is not what an export writes: {'; '.join(faults[:_LISTED])}{more}"
            raise CuratorError(what, address, _AGAIN)

    def _take_in(self, version: StoredVersion, staged: StagedFetch) -> Path:
        # A folder that no store knows is whole, and the next run takes it in; a version without folder could not be.
        with self.store.writing() as transaction:
            here = _here(transaction.versions.all(version.dataset), version)
            path = staged.publish()
            if here is None:
                transaction.versions.add(version, [])
        return path


def _version_folder(source: RemoteFolder) -> RemoteFolder:
    if source.size(MANIFEST) is not None:
        return source
    versions = [name[1:] for name in source.folders() if name[:1] == "v" and len(name) < _LONGEST_NUMBER]
    for number in sorted((int(name) for name in versions if name.isascii() and name.isdigit()), reverse=True):
        folder = source.inner(f"v{number}")
        if folder.size(MANIFEST) is not None:
            return folder
    raise CuratorError(
        "no copied version is there", source.address, "name ADDRESS/NAME/vN, or ADDRESS/NAME for the newest"
    )


def _manifest(folder: RemoteFolder) -> bytes:
    content = bounded(folder.blocks(MANIFEST), _MOST)
    if len(content) > _MOST:
        what = f"manifest is larger than {_MOST} bytes"
        raise CuratorError(what, folder.address, "copy it again from where it was made")
    return content


def _stored(ref: DatasetRef, manifest: FetchedManifest, content: bytes, address: str) -> StoredVersion:
    files = {file: VersionFile(facts.sha256, facts.size) for file, facts in manifest.files.items()}
    files[MANIFEST] = VersionFile(hashlib.sha256(content).hexdigest(), len(content))
    return StoredVersion(ref.name, ref.number, manifest.digest, 0, files=files, fetched_from=address)


def _here(versions: Sequence[StoredVersion], version: StoredVersion) -> StoredVersion | None:
    """Return the version of this number that the store has. Raises CuratorError where it may not be fetched."""
    here = next((known for known in versions if known.number == version.number), None)
    remedy = f"`curator datasets fetch {version.fetched_from} --as OTHER` gives it a name of its own"
    if here is not None and here.digest != version.digest:
        raise CuratorError(
            f"{here} is another version here", f"{version.digest} is fetched, {here.digest} is here", remedy
        )
    if here is None and any(not known.fetched_from for known in versions):
        raise CuratorError(f"{version.dataset} is a dataset of this store", version.fetched_from, remedy)
    return here


def _refuse_unlike(here: StoredVersion | None, version: StoredVersion) -> None:
    """Raise CuratorError where the folder of a version here cannot be had again from another copy of its records."""
    hashes = [{file: facts.sha256 for file, facts in known.files.items()} for known in (here, version) if known]
    if here is not None and here.files and hashes[0] != hashes[1]:
        what = f"{here} has the same records here, and other files beside them"
        raise CuratorError(what, version.fetched_from, f"fetch it from {here.fetched_from}")


def _receive(folder: RemoteFolder, file: str, facts: WrittenFile, staged: StagedFetch) -> int:
    """Receive what is missing of a file; returns the number of bytes that came.

    Raises CuratorError where it is not what the manifest says; where its bytes are wrong nothing of it stays.
    """
    where = f"{folder.address}/{file}"
    there = folder.size(file)
    if there is not None and there != facts.size:
        raise CuratorError(f"{file} has {there} bytes, its manifest says {facts.size}", where, _AGAIN)
    received = 0
    while True:
        start = staged.size(file)
        if start < facts.size or not start:
            staged.append(file, _exactly(folder.blocks(file, start), facts.size - start, where))
        came = staged.size(file) - start
        if start + came < facts.size:
            what = f"{file} ends after {start + came} of {facts.size} bytes"
            raise CuratorError(what, where, "fetch again: it goes on from there")
        received += came
        if measured(staged.blocks(file)).sha256 == facts.sha256:
            return received
        staged.discard(file)
        if not start:
            raise CuratorError(f"{file} has another hash than its manifest says", where, _AGAIN)
        # Of an earlier run, and wrong: all of it once more.


def _exactly(blocks: Iterable[bytes], left: int, where: str) -> Iterator[bytes]:
    """Yield blocks. Raises CuratorError, before it would be yielded, for a byte too many."""
    for block in blocks:
        left -= len(block)
        if left < 0:
            raise CuratorError("file is longer than its manifest says", where, _AGAIN)
        yield block
