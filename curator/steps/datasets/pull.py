"""What others pull of dataset versions: which there are, of what files, and a file that is what it was written as."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset_ref import TagRef, version_name
from curator.domain.errors import CuratorError, NotThere
from curator.steps.datasets.folder import MANIFEST, Difference, changed, refuse_absent
from curator.steps.ports.store import StoreOpener
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_files import OpenFile, VersionFiles
from curator.steps.ports.version_folders import VersionStorage, WrittenFile


@dataclass(frozen=True, slots=True)
class PulledDataset:
    """A dataset: its versions by number, and what its tags are set to."""

    name: str
    versions: Sequence[StoredVersion]
    tags: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PulledVersion:
    """A version: its parent as its manifest names it, its tags, its files, and the files of its forms by form."""

    version: StoredVersion
    parent: Mapping[str, Any] | None
    tags: Sequence[str]
    files: Mapping[str, WrittenFile]
    forms: Sequence[str]


class Pull:
    """Answers what is there to be pulled, as the store knows it; folders that no store knows are not.

    No transaction is open while a file is read. Beside what is named, every method raises CuratorError where the store
    or the disk cannot be asked.
    """

    def __init__(self, store: StoreOpener, storage: VersionStorage, files: VersionFiles) -> None:
        """Take what opens the store, and where the folders of versions are."""
        self._store = store
        self._storage = storage
        self._files = files

    def datasets(self) -> list[PulledDataset]:
        """Return all datasets, by name."""
        with self._store().reading() as transaction:
            versions = transaction.versions.all()
            tags = transaction.versions.tags()
        versions_of: dict[str, list[StoredVersion]] = {}
        tags_of: dict[str, dict[str, int]] = {}
        for version in versions:
            versions_of.setdefault(version.dataset, []).append(version)
        for tag in tags:
            tags_of.setdefault(tag.dataset, {})[tag.name] = tag.number
        return [PulledDataset(name, versions_of[name], tags_of.get(name, {})) for name in sorted(versions_of)]

    def find(self, name: str, ref: str) -> StoredVersion:
        """Return a version of a dataset by its number or by a tag. Raises NotThere."""
        if not name.isprintable():
            # Not every database would look for it.
            raise NotThere(f"no such dataset: {name!r}")
        try:
            named = version_name(f"{name}@{ref}")
        except CuratorError as error:
            raise NotThere(error.what) from error
        with self._store().reading() as transaction:
            number = transaction.versions.tagged(name, named.tag) if isinstance(named, TagRef) else named.number
            version = None if number is None else transaction.versions.find(name, number)
        if version is None:
            raise NotThere(f"no such version: {named}")
        return version

    def version(self, version: StoredVersion) -> PulledVersion:
        """Return what there is to know of a version.

        Its folder is looked at for forms alone, or where the store has not the version's files; raises FolderChanged
        then as `open` does.
        """
        with self._store().reading() as transaction:
            tags = [tag.name for tag in transaction.versions.tags(version.dataset) if tag.number == version.number]
            content = transaction.versions.content(version, MANIFEST)
        manifest = json.loads(content) if content else self._manifest(version)
        return PulledVersion(
            version,
            manifest["parent"],
            tags,
            self._expected(version),
            self._files.forms(version.dataset, version.number),
        )

    def open(self, version: StoredVersion, file: str) -> OpenFile:
        """Open a file of a version to be read.

        Raises NotThere where the version has no such file, and FolderChanged where that is missing or holds something
        else than it was written with.
        """
        expected = self._expected(version).get(file)
        if expected is None:
            raise NotThere(f"{version} has no file {file}")
        opened = self._files.open(version.dataset, version.number, file, expected.size)
        if opened is None or opened.sha256 != expected.sha256:
            if opened is not None:
                opened.stream.close()
            refuse_absent(version, self._storage)
            there = (self._storage.path(version.dataset, version.number) / file).exists()
            raise changed(version, [Difference(file, "changed" if there else "missing")], self._storage)
        return opened

    def open_form(self, version: StoredVersion, form: str, file: str) -> OpenFile:
        """Open a file of a form that a version was converted to.

        Raises NotThere where there is none, and FolderChanged where the version has no folder here.
        """
        opened = self._files.open(version.dataset, version.number, f"formats/{form}/{file}")
        if opened is None:
            refuse_absent(version, self._storage)
            raise NotThere(f"{version} has no file {file} in the format {form}")
        return opened

    def form(self, version: StoredVersion, form: str, after: str, most: int) -> Mapping[str, WrittenFile]:
        """Return so many files of a form that a version was converted to, by name, that come after a name.

        Raises NotThere where there is no such form, and FolderChanged where the version has no folder here.
        """
        where = (version.dataset, version.number)
        if form not in self._files.forms(*where):
            refuse_absent(version, self._storage)
            raise NotThere(f"{version} has no format {form}")
        return self._files.form_files(*where, form, after, most)

    def _expected(self, version: StoredVersion) -> Mapping[str, WrittenFile]:
        """Return the files that a version is to have, by its own manifest where the store has not kept them."""
        if version.files:
            return {name: WrittenFile(file.sha256, file.size) for name, file in version.files.items()}
        listed = self._manifest(version)["files"]
        files = {str(name): WrittenFile(facts["sha256"], facts["bytes"]) for name, facts in listed.items()}
        manifest = self._files.open(version.dataset, version.number, MANIFEST)
        if manifest is not None:
            manifest.stream.close()
            files[MANIFEST] = WrittenFile(manifest.sha256, manifest.size)
        return files

    def _manifest(self, version: StoredVersion) -> Mapping[str, Any]:
        """Return the manifest in a version's folder. Raises FolderChanged where it is not that of the version."""
        refuse_absent(version, self._storage)
        try:
            manifest = self._storage.manifest(version.dataset, version.number)
            listed = all({"sha256", "bytes"} <= facts.keys() for facts in manifest["files"].values())
        except (CuratorError, KeyError, TypeError, AttributeError):
            listed = False
        if not listed or "parent" not in manifest or manifest.get("digest") != version.digest:
            raise changed(version, [Difference(MANIFEST, "changed")], self._storage)
        return manifest
