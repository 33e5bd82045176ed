"""A dataset version, held against the store or, where that is gone, against its own manifest."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.domain.schema import LabelSchema, schema_from_value
from curator.steps.datasets.folder import LEDGER, MANIFEST, again, stored_version
from curator.steps.datasets.verify.fault import Fault
from curator.steps.datasets.verify.forms import form_faults
from curator.steps.datasets.verify.papers import (
    CARD,
    card_faults,
    json_object,
    kept_facts,
    ledger_faults,
    manifest_faults,
)
from curator.steps.datasets.verify.records import FolderFiles, RecordCheck, StoredRecords
from curator.steps.ports.formats import FormatFinder
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_folders import VersionStorage

STORE, ALONE = "store", "manifest"
_NO_SCHEMA = "schema should be an object with a name and a list of layers, each an object with a name and labels"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a version is held against, `store` or `manifest`, and what is wrong with it, found as it is asked for."""

    against: str
    faults: Iterator[Fault]


def verify(
    ref: DatasetRef,
    *,
    store: Store | None,
    storage: VersionStorage,
    find_format: FormatFinder,
    code_version: str,
    progress: Progress,
) -> Verification:
    """Hash every file of a version again, and read every record again, and tell all that is wrong, file by file.

    Against the store, where it has the version with its files, every byte counts. Otherwise against the manifest: all
    that follows from the records is held against what it says, and nobody can tell a change of parent or code version
    or one that was carried through records, numbers and hashes alike. Of a version that was fetched the store has the
    hash of every file; its manifest gives it the name that it has where it was made. Nothing is written. Raises
    CuratorError where neither the store nor the disk has the version.
    """
    # Says what is no name or no number of a version.
    storage.path(ref.name, ref.number)
    version = None if store is None else stored_version(store, ref.name, ref.number)
    by_store = version is not None and bool(version.files)
    try:
        present = storage.digests(ref.name, ref.number)
    except CuratorError as error:
        return Verification(STORE if by_store else ALONE, iter([Fault("", str(error))]))
    if present is None and version is None:
        # Says that there is none.
        storage.manifest(ref.name, ref.number)
    if present is None:
        remedy = "restore it from a copy" if version is None else again(version)
        return Verification(STORE if by_store else ALONE, iter([Fault("", f"folder is missing: {remedy}")]))
    is_fetched = version is not None and bool(version.fetched_from)
    work = _Work(ref, storage, present, find_format, code_version, progress, is_fetched)
    if store is not None and version is not None and version.reproducible:
        return Verification(STORE, work.against(store, version))
    return Verification(STORE if by_store else ALONE, work.alone(version))


@dataclass(frozen=True, slots=True)
class _Work:
    ref: DatasetRef
    storage: VersionStorage
    present: Mapping[str, str]
    find_format: FormatFinder
    code_version: str
    progress: Progress
    is_fetched: bool

    @property
    def _files(self) -> FolderFiles:
        # What is no file has no digest.
        return FolderFiles(self.ref, self.storage, {file for file, digest in self.present.items() if digest})

    def against(self, store: Store, version: StoredVersion) -> Iterator[Fault]:
        expected = {file: facts.sha256 for file, facts in version.files.items()}
        with store.reading() as transaction:
            kept = transaction.versions.content(version, MANIFEST)
            head = [*_file_faults(expected, self.present), *_stored_faults(version, kept)]
            yield from self._told(head, self._content(kept, StoredRecords(transaction, version)))

    def alone(self, version: StoredVersion | None) -> Iterator[Fault]:
        digest = "" if version is None else version.digest
        content = self._files.content(MANIFEST)
        value = json_object(content)
        if value is None:
            yield Fault(MANIFEST, "is missing" if MANIFEST not in self.present else "is no JSON object")
            return
        files = value.get("files")
        listed = {file: _digest(facts) for file, facts in files.items()} if isinstance(files, dict) else {}
        listed[MANIFEST] = self.present[MANIFEST]
        if version is not None:
            listed |= {file: facts.sha256 for file, facts in version.files.items()}
        head = _file_faults(listed, self.present)
        if digest not in ("", value.get("digest")):
            head.append(Fault(MANIFEST, f"digest is {value.get('digest')!r}, the store has {digest!r}"))
        if not self.is_fetched:
            head += self._parent_faults(value.get("parent"))
        yield from self._told(head, self._content(content, None))

    def _told(self, head: Iterable[Fault], rest: Iterable[Fault]) -> Iterator[Fault]:
        whole = True
        for faults in (head, rest):
            for fault in faults:
                whole = False
                yield fault
        yield from form_faults(self.ref, self.storage, self.find_format, whole=whole)

    def _content(self, kept: bytes, stored: StoredRecords | None) -> Iterator[Fault]:
        """Yield what is wrong with the records, and with what the manifest, the ledger and the card say of them.

        `kept` is the manifest that is trusted: where the one of the folder is none, records are read by it.
        """
        trusted = json_object(kept) or {}
        try:
            schema = schema_from_value(trusted.get("schema"), MANIFEST)
        except CuratorError as error:
            is_told = not isinstance(error.__cause__, TypeError | AttributeError)
            yield Fault(MANIFEST, error.what if is_told else _NO_SCHEMA)
            return
        check = RecordCheck(self._files, schema, trusted, self.progress)
        yield from check.faults(stored)
        yield from self._papers(trusted, schema, check, is_alone=stored is None)

    def _papers(
        self, trusted: Mapping[str, Any], schema: LabelSchema, check: RecordCheck, *, is_alone: bool
    ) -> Iterator[Fault]:
        ledger, card, manifest = (self._files.content(file) for file in (LEDGER, CARD, MANIFEST))
        found = {**check.facts, LEDGER: kept_facts(ledger), CARD: kept_facts(card)}
        if LEDGER in self.present:
            rules = trusted.get("rules")
            yield from ledger_faults(ledger, rules if isinstance(rules, Mapping) else {})
        # One of another curator may say the same in other words; its hash was looked at.
        if is_alone and CARD in self.present and trusted.get("code_version") == self.code_version:
            yield from card_faults(card, trusted, json_object(ledger) or {}, check.examples.texts)
        if MANIFEST in self.present:
            # A version keeps the name that it has where it was made.
            name = str(trusted.get("dataset")) if self.is_fetched else self.ref.name
            yield from manifest_faults(manifest, DatasetRef(name, self.ref.number), schema, found, check.counts)

    def _parent_faults(self, parent: Any) -> Iterator[Fault]:
        """Yield a fault where the parent is there and is another one than the manifest says."""
        if not isinstance(parent, dict) or type(number := parent.get("version")) is not int or number < 1:
            return
        try:
            digest = self.storage.manifest(self.ref.name, number).get("digest")
        except CuratorError:
            return
        if digest != parent.get("digest"):
            yield Fault(MANIFEST, f"parent's digest is {parent.get('digest')!r}, that of v{number} is {digest!r}")


def _file_faults(expected: Mapping[str, str], present: Mapping[str, str]) -> list[Fault]:
    return [
        Fault(file, "was added" if file not in expected else "is missing" if file not in present else "was changed")
        for file in sorted(expected.keys() | present.keys())
        if expected.get(file) != present.get(file)
    ]


def _stored_faults(version: StoredVersion, kept: bytes) -> Iterator[Fault]:
    """Yield a fault where the store's own manifest is not of the version."""
    value = json_object(kept) or {}
    if value.get("digest") != version.digest:
        yield Fault(MANIFEST, f"the store's own has the digest {value.get('digest')!r}, its version {version.digest!r}")


def _digest(facts: Any) -> str:
    return str(facts.get("sha256")) if isinstance(facts, dict) else ""
