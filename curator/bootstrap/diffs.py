"""Dataset versions compared, shown and tagged, and patches made, applied and merged."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.formats import FORMATS
from curator.bootstrap.stores import open_store, open_store_if_there
from curator.domain.dataset_ref import version_name
from curator.domain.errors import CuratorError
from curator.domain.merging import Conflict
from curator.domain.patch import DocumentPatch
from curator.domain.schema import LabelSchema, schema_from_value
from curator.files.durable import replacing, sync_folder
from curator.files.staging import StagedFolder
from curator.steps.datasets.comparing.authors import AttributedDiff, attributed
from curator.steps.datasets.comparing.version_diff import ReadableVersion, document_lines, readable_version
from curator.steps.datasets.patches.merging import merge_heads
from curator.steps.datasets.patches.patch_file import PatchHead, patch_blocks, patch_head, patch_of, read_patch
from curator.steps.datasets.patches.patching import write_patched
from curator.steps.datasets.show import ShownVersion, show_version
from curator.steps.datasets.tags import Tagged, tag_version, tagged_version
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredTag
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class OpenDiff:
    """Two versions that can be compared while the store is open; each reading goes through them anew."""

    before: ReadableVersion
    after: ReadableVersion
    storage: VersionStorage
    store: Store | None

    @property
    def without_store(self) -> list[str]:
        """The versions that no store knows, which stand by their manifests alone."""
        return [str(version.ref) for version in (self.before, self.after) if version.stored is None]

    @property
    def fetched(self) -> list[str]:
        """The versions that another store made: what became of their documents in between is not known here."""
        return [str(version.ref) for version in (self.before, self.after) if version.stored and not version.is_own]

    @property
    def schema(self) -> LabelSchema:
        """The label schema of the later version."""
        return schema_from_value(self.after.manifest.get("schema"), f"{self.after.folder}/manifest.json")

    def changes(self) -> Iterator[AttributedDiff]:
        """Yield what differs, document by document, by id."""
        return attributed(document_lines(self.before, self.after, self.storage), self.before, self.after, self.store)

    def write_patch(self, path: Path) -> None:
        """Write the patch from the one version to the other, whole or not at all."""
        patches = map(patch_of, document_lines(self.before, self.after, self.storage))
        with _written(path) as stream:
            stream.writelines(patch_blocks(patch_head(self.before, self.after), patches))

    def write_page(self, path: Path, limit: int | None) -> None:
        """Write a page of what differs, of so many documents at most, whole in itself; whole or not at all."""
        from curator.web.diff_page import diff_file

        with _written(path) as stream:
            for piece in diff_file(self.before, self.after, self.changes, self.schema, limit):
                stream.write(piece.encode("utf-8"))


@contextmanager
def open_diff(context: Context, before: str, after: str) -> Iterator[OpenDiff]:
    """Open two versions, NAME@N or NAME@TAG, to be compared. Raises CuratorError where one is not there as it was."""
    storage = version_storage(context)
    with open_store_if_there(context) as store:
        first, second = (_readable(name, store, storage) for name in (before, after))
        yield OpenDiff(first, second, storage, store)


def _readable(name: str, store: Store | None, storage: VersionStorage) -> ReadableVersion:
    return readable_version(tagged_version(store, version_name(name)), store=store, storage=storage)


def show(context: Context, version: str) -> ShownVersion:
    """Return what there is to know of a version, NAME@N or NAME@TAG."""
    with open_store_if_there(context) as store:
        ref = tagged_version(store, version_name(version))
        return show_version(ref, sorted(FORMATS), store=store, storage=version_storage(context))


def tag(context: Context, version: str, name: str) -> Tagged:
    """Set a tag to a version, NAME@N or NAME@TAG."""
    with open_store(context) as store:
        return tag_version(store, tagged_version(store, version_name(version)), name)


def tags(context: Context, dataset: str | None) -> list[StoredTag]:
    """Return all that tags, of one dataset where given, were ever set to, oldest first."""
    with open_store(context) as store, store.reading() as transaction:
        return transaction.versions.tag_history(dataset)


def patch_to_folder(context: Context, version: str, patch: Path, out: Path) -> dict[str, int]:
    """Write the records that a patch makes of a version to a new folder; returns how many there are by split."""
    storage = version_storage(context)
    with open_store_if_there(context) as store, open_patch(patch) as (head, patches):
        parent = _readable(version, store, storage)
        with _new_folder(out) as staged:
            return write_patched(parent, head, patches, storage, staged)


@contextmanager
def _new_folder(path: Path) -> Iterator[StagedFolder]:
    """Give a folder to write to that is there whole and on the disk at the end; after an error there is none."""
    target = path.absolute()
    if target.exists():
        raise CuratorError("there is something already", str(path), "name a folder that is not there yet")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # What else lies beside it is not ours to look at.
        with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as working:
            staged = StagedFolder(Path(working))
            try:
                yield staged
                staged.replace("whole").rename(target)
            finally:
                staged.close()
        sync_folder(target.parent)
    except OSError as error:
        raise CuratorError(f"cannot be written: {error.strerror}", str(path), "check the path and the disk") from error


@contextmanager
def open_patch(path: Path) -> Iterator[tuple[PatchHead, Iterator[DocumentPatch]]]:
    """Open a patch file. Raises CuratorError where it cannot be read or is none."""
    with closing(_lines(path)) as lines:
        yield read_patch(lines, str(path))


def _lines(path: Path) -> Generator[bytes, None, None]:
    try:
        with path.open("rb") as stream:
            yield from stream
    except OSError as error:
        raise CuratorError(f"cannot be read: {error.strerror}", str(path), "check the path of the patch") from error


class _Unmerged(Exception):
    """A merge that is given up, so that nothing of it is left."""


def merge(left: Path, right: Path, out: Path) -> Sequence[Conflict]:
    """Write two patches as one to a file; returns the conflicts, for which nothing is written."""
    with open_patch(left) as first, open_patch(right) as second:
        merging = merge_heads(first[0], second[0])
        try:
            with _written(out) as stream:
                stream.writelines(patch_blocks(merging.head, merging.documents(first[1], second[1])))
                if merging.conflicts:
                    raise _Unmerged
        except _Unmerged:
            pass
    return merging.conflicts


@contextmanager
def _written(path: Path) -> Iterator[Any]:
    try:
        with replacing(path) as stream:
            yield stream
    except OSError as error:
        raise CuratorError(f"cannot be written: {error.strerror}", str(path), "check the path and the disk") from error
