"""What differs between two versions of a dataset, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.steps.datasets.comparing.authors import AttributedDiff, attributed
from curator.steps.datasets.comparing.diff_report import DiffSummary
from curator.steps.datasets.comparing.version_diff import ReadableVersion, document_lines, readable_version
from curator.steps.ports.store import StoreOpener
from curator.steps.ports.version_folders import VersionStorage

PAGE = 10
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class DiffPage:
    """Some of the documents that differ, by id, with what all of them come to; pages count from 1."""

    before: ReadableVersion
    after: ReadableVersion
    summary: dict[str, Any]
    documents: Sequence[AttributedDiff]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What all differences of two versions come to, and the first document of each page."""

    summary: dict[str, Any]
    first: Sequence[str]


class DiffPages:
    """Gives pages of differences; what a pair of versions comes to is remembered, as versions never change."""

    def __init__(self, storage: VersionStorage, store: StoreOpener) -> None:
        self._storage = storage
        self._store = store
        self._known: dict[tuple[str, str], _Known] = {}

    def page(self, dataset: str, before: int, after: int, page: int) -> DiffPage:
        """Return a page, the last one for numbers beyond it.

        Of other pages no record is read once the pair is known. Raises CuratorError where a version is not there as it
        was.
        """
        store = self._store()
        old, new = (
            readable_version(DatasetRef(dataset, number), store=store, storage=self._storage)
            for number in (before, after)
        )
        known = self._summed_up(old, new)
        pages = max(1, len(known.first))
        page = min(max(1, page), pages)
        documents: list[AttributedDiff] = []
        if known.first:
            lines = document_lines(old, new, self._storage, known.first[page - 1])
            documents = list(attributed(islice(lines, PAGE), old, new, store))
        return DiffPage(old, new, known.summary, documents, page, pages)

    def _summed_up(self, old: ReadableVersion, new: ReadableVersion) -> _Known:
        key = (str(old.manifest["digest"]), str(new.manifest["digest"]))
        known = self._known.get(key)
        if known is None:
            summary, first = DiffSummary(), []
            changes = attributed(document_lines(old, new, self._storage), old, new, self._store())
            for number, change in enumerate(changes):
                summary.add(change)
                if number % PAGE == 0:
                    first.append(change.diff.document)
            known = _Known(summary.value(), first)
            while len(self._known) >= _REMEMBERED:
                self._known.pop(next(iter(self._known)), None)
            self._known[key] = known
        return known
