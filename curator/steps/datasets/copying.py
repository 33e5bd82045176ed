"""A version to an address elsewhere: sent once, read back, and a version there only when all of it is there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.steps.datasets.blocks import bounded, measured
from curator.steps.datasets.folder import MANIFEST, refuse_changed
from curator.steps.ports.progress import Progress
from curator.steps.ports.remote_folders import RemoteFolder
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import VersionStorage, WrittenFile

MARK = "copying.json"
"""The file that says which version is being copied to a folder; gone once it is there."""
_MOST = 1 << 16
_ANOTHER = "no other version is ever overwritten: choose another address"


@dataclass(frozen=True, slots=True)
class Copied:
    """A version at an address: its files and their bytes, how many were `sent` and how many were there already.

    `bytes_sent` and `bytes_verified` are what was written and what was read back and hashed.
    """

    ref: DatasetRef
    address: str
    files: int
    size: int
    sent: int
    skipped: int
    verified: int
    bytes_sent: int
    bytes_verified: int

    @property
    def unchanged(self) -> bool:
        """Whether all of it was there already."""
        return not self.sent


def copy_version(
    ref: DatasetRef,
    target: RemoteFolder,
    *,
    store: Store | None,
    storage: VersionStorage,
    progress: Progress,
    with_formats: bool = False,
) -> Copied:
    """Copy a version to NAME/vN in a folder elsewhere, `with_formats` those that it was converted to as well.

    Every file is read back and hashed; what is there already, whole, is not sent again. The manifest is sent last:
    without it a folder holds no version, and the next run goes on. Where it is there, a file beside it that is not what
    it says is sent again: nothing is lost with it. Raises CuratorError where the version was changed
    on this machine, where something else is there, and where the address fails.
    """
    refuse_changed(ref.name, ref.number, store=store, storage=storage)
    version = _files(ref, storage, with_formats=with_formats)
    there = target.inner(ref.name).inner(f"v{ref.number}")
    return _Copying(ref, version, there, storage, progress).run()


def _files(ref: DatasetRef, storage: VersionStorage, *, with_formats: bool) -> dict[str, WrittenFile]:
    """Return the files of a version, which is not changed, as they are on this machine, its manifest last."""
    listed = storage.manifest(ref.name, ref.number)["files"]
    files = {name: WrittenFile(str(listed[name]["sha256"]), int(listed[name]["bytes"])) for name in sorted(listed)}
    beside = [MANIFEST]
    if with_formats:
        forms = storage.form_digests(ref.name, ref.number)
        beside[:0] = [f"formats/{form}/{file}" for form, of_form in forms.items() for file in of_form]
    return files | {name: measured(storage.file_blocks(ref.name, ref.number, name)) for name in beside}


class _Copying:
    """One copying of a version to a folder `there`."""

    def __init__(
        self,
        ref: DatasetRef,
        files: Mapping[str, WrittenFile],
        there: RemoteFolder,
        storage: VersionStorage,
        progress: Progress,
    ) -> None:
        self._ref = ref
        self._files = files
        self._there = there
        self._storage = storage
        self._progress = progress
        self._marked = b""
        self._sent: list[str] = []
        self._verified: list[int] = []

    def run(self) -> Copied:
        sizes = self._sizes()
        goes_on = self._goes_on(sizes)
        is_whole = MANIFEST in sizes and self._holds_manifest(goes_on)
        present = self._present(sizes)
        if not goes_on and not is_whole:
            self._refuse_other(sizes, present)
        missing = [name for name in self._files if name not in present]
        if missing and self._marked != self._mark:
            self._there.write(MARK, [self._mark])
        for done, name in enumerate(missing, start=len(present)):
            self._progress(done, len(self._files))
            self._send(name)
        self._progress(len(self._files), len(self._files))
        # Formats that are not asked for now may be what was cut short.
        if (missing and MARK not in sizes) or (goes_on and not sizes.keys() - self._files.keys() - {MARK}):
            self._there.remove(MARK)
        return self._copied()

    def _sizes(self) -> dict[str, int]:
        """Return what is there, and keep what its mark says."""
        sizes = self._there.sizes()
        if MARK in sizes:
            try:
                self._marked = bounded(self._there.blocks(MARK), _MOST)
            except CuratorError:
                if self._there.size(MARK) is not None:
                    raise
                # Another copying of it has just ended.
                sizes = self._there.sizes()
        return sizes

    @property
    def _mark(self) -> bytes:
        return f"{json.dumps({'version': str(self._ref), 'manifest': self._files[MANIFEST].sha256})}\n".encode()

    def _goes_on(self, sizes: Mapping[str, int]) -> bool:
        """Say whether a copying of this very version was cut short there."""
        if MARK not in sizes:
            return False
        # Nothing else was sent where the mark itself was cut short.
        return self._marked == self._mark or (self._mark.startswith(self._marked) and len(sizes) == 1)

    def _holds_manifest(self, goes_on: bool) -> bool:
        """Say whether the manifest there is that of the version. Raises CuratorError where it is another one."""
        expected = b"".join(self._storage.file_blocks(self._ref.name, self._ref.number, MANIFEST))
        manifest = bounded(self._there.blocks(MANIFEST), len(expected))
        if manifest == expected:
            return True
        if goes_on and expected.startswith(manifest):
            return False
        raise CuratorError(f"there is another version than {self._ref}", self._there.address, _ANOTHER)

    def _present(self, sizes: Mapping[str, int]) -> set[str]:
        """Return the files that are there as they are here, told by what is read back."""
        return {name for name, facts in self._files.items() if sizes.get(name) == facts.size and self._is_there(name)}

    def _is_there(self, name: str) -> bool:
        found = measured(self._there.blocks(name))
        if found != self._files[name]:
            return False
        self._verified.append(found.size)
        return True

    def _refuse_other(self, sizes: Mapping[str, int], present: set[str]) -> None:
        """Raise CuratorError where a folder without manifest is not a copy's."""
        others = sorted(sizes.keys() - present)
        if others:
            rest = f" and {len(others) - 1} more" if others[1:] else ""
            what = f"there is something else than {self._ref}: {others[0]}{rest}"
            raise CuratorError(what, self._there.address, _ANOTHER)

    def _send(self, name: str) -> None:
        self._there.write(name, self._storage.file_blocks(self._ref.name, self._ref.number, name))
        self._sent.append(name)
        if not self._is_there(name):
            what = f"{name} did not arrive as it was sent"
            raise CuratorError(what, self._there.address, "copy again: what is right there is not sent anew")

    def _copied(self) -> Copied:
        sizes = {name: facts.size for name, facts in self._files.items()}
        return Copied(
            ref=self._ref,
            address=self._there.address,
            files=len(sizes),
            size=sum(sizes.values()),
            sent=len(self._sent),
            skipped=len(sizes) - len(self._sent),
            verified=len(self._verified),
            bytes_sent=sum(sizes[name] for name in self._sent),
            bytes_verified=sum(self._verified),
        )
