"""The versions of datasets that there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset import record_counts
from curator.domain.errors import CuratorError
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version: its number of records by split, None where its folder is not on this machine or cannot be read.

    `fetched_from` is the address of one that another store made, empty for the store's own.
    """

    dataset: str
    number: int
    digest: str
    parent: int | None
    records: Mapping[str, int] | None
    fetched_from: str = ""


def versions(store: Store, storage: VersionStorage) -> list[ListedVersion]:
    """Return the versions that the store knows, by dataset and number."""
    with store.reading() as transaction:
        stored = transaction.versions.all()
    listed = []
    for version in stored:
        manifest = _manifest(storage, version.dataset, version.number)
        parent, records = None, None
        if manifest is not None:
            parent = None if manifest["parent"] is None else int(manifest["parent"]["version"])
            records = record_counts(manifest)
        facts = (version.dataset, version.number, version.digest, parent, records, version.fetched_from)
        listed.append(ListedVersion(*facts))
    return listed


def _manifest(storage: VersionStorage, dataset: str, number: int) -> Mapping[str, Any] | None:
    try:
        return storage.manifest(dataset, number)
    except CuratorError:
        return None
