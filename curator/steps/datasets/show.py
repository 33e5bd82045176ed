"""What there is to know of one dataset version, from its manifest, its folder and the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.dataset import record_counts
from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.steps.datasets.folder import MANIFEST, Difference, differences, refuse_absent, stored_version
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with its manifest, its losses by reason, the formats that there are of it and its tags.

    `differing` is how the folder differs from what the store has, or from its own manifest where no store knows it
    (`against` says which); `losses` is None where its ledger cannot be read. `fetched_from` is the address of a version
    that another store made, empty for the store's own.
    """

    ref: DatasetRef
    path: Path
    manifest: Mapping[str, Any]
    losses: Mapping[str, int] | None
    formats: Sequence[str]
    tags: Sequence[str]
    differing: Sequence[Difference]
    against: str
    fetched_from: str = ""

    def value(self) -> dict[str, Any]:
        """Return all of it as a JSON object."""
        manifest = self.manifest
        return {
            "dataset": self.ref.name,
            "version": self.ref.number,
            "path": str(self.path),
            "digest": manifest["digest"],
            "parent": manifest["parent"],
            "tags": list(self.tags),
            "fetched_from": self.fetched_from or None,
            "records": self.records,
            "counts": manifest["counts"],
            "losses": None if self.losses is None else dict(self.losses),
            "rules": manifest["rules"],
            "schema_hash": manifest["schema_hash"],
            "record_format": manifest["record_format"],
            "code_version": manifest["code_version"],
            "formats": list(self.formats),
            "folder": {
                "unchanged": not self.differing,
                "against": self.against,
                "differences": [{"file": difference.file, "what": difference.what} for difference in self.differing],
            },
        }

    @property
    def records(self) -> dict[str, int]:
        """The number of records by split, silver ones apart."""
        return record_counts(self.manifest)


def show_version(
    ref: DatasetRef, formats: Sequence[str], *, store: Store | None, storage: VersionStorage
) -> ShownVersion:
    """Return what there is to know of a version; of `formats`, those that it was converted to.

    Raises CuratorError where its folder or its manifest is not there.
    """
    stored = stored_version(store, ref.name, ref.number) if store is not None else None
    if stored is not None:
        refuse_absent(stored, storage)
    manifest = storage.manifest(ref.name, ref.number)
    path = storage.path(ref.name, ref.number)
    keys = ("digest", "parent", "counts", "rules", "schema_hash", "record_format", "code_version", "files")
    if any(key not in manifest for key in keys) or not isinstance(manifest["files"], Mapping):
        raise CuratorError("not the manifest of a version", str(path / MANIFEST), "restore it from a copy")
    tags: list[str] = []
    if store is not None:
        with store.reading() as transaction:
            tags = [tag.name for tag in transaction.versions.tags(ref.name) if tag.number == ref.number]
    known = stored or StoredVersion(ref.name, ref.number, "", 0)
    return ShownVersion(
        ref,
        path,
        manifest,
        _losses(ref, storage),
        [name for name in formats if (path / "formats" / name).is_dir()],
        tags,
        differences(known, storage) or (),
        "store" if stored is not None and stored.files else "manifest",
        known.fetched_from,
    )


def _losses(ref: DatasetRef, storage: VersionStorage) -> Mapping[str, int] | None:
    try:
        counts: Mapping[str, int] = storage.ledger(ref.name, ref.number)["counts"]
    except CuratorError:
        return None
    return counts
