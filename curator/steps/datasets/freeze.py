"""Decisions into an immutable dataset version: kept by the store, then written to its folder."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curator.domain.dataset import manifest, version_digest
from curator.domain.dataset_card import dataset_card
from curator.domain.errors import CuratorError
from curator.domain.ledger import LossLedger
from curator.domain.policy import Policy
from curator.domain.schema import LabelSchema
from curator.steps.curation.batches import decide_changed, decided, decided_in_past
from curator.steps.curation.decide import DecidedDocument, Decider, Rules
from curator.steps.curation.selection import Selection
from curator.steps.curation.silver import Silver
from curator.steps.datasets.asked import NOTHING, Asked, refuse_unknown
from curator.steps.datasets.draft import Draft, draft
from curator.steps.datasets.folder import (
    LEDGER,
    MANIFEST,
    data_file,
    kept_file,
    manifest_content,
    publish,
    write_folder,
)
from curator.steps.datasets.parent_changes import changes_since
from curator.steps.datasets.unchanged import unchanged_version
from curator.steps.in_force.rules import put_rules_in_force, rules_of_past
from curator.steps.in_force.schema import schema_in_force
from curator.steps.in_force.split_rule import split_rule_value
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class Frozen:
    """A dataset version that was made, or that had the same content already.

    `restored` says that it was there already while its folder was missing and was written again; `strangers` are the
    numbers of later folders, which are of no version of the store and were left alone. `losses` counts by reason what
    the version's own ledger lists; `losses_now` what is left out of the state that was asked for, None where that is
    what the ledger lists. `sequence` is the sequence number of the store that the version shows.
    """

    dataset: str
    version: int
    sequence: int
    path: Path
    digest: str
    unchanged: bool
    restored: bool
    strangers: Sequence[int]
    manifest: Mapping[str, Any]
    losses: Mapping[str, int]
    losses_now: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class _Moment:
    """The store at a sequence number, with all that shapes an export beside the documents.

    `in_force` says whether decisions are taken from the store's index, which holds those by the rules in force.
    """

    seq: int
    schema: LabelSchema
    rules: Rules
    split_rule: Any
    in_force: bool = False

    @property
    def all_rules(self) -> dict[str, Any]:
        return {"decision": self.rules.value(), "split": self.split_rule, **self.rules.filters.rules()}

    @property
    def takes_everything(self) -> bool:
        return not self.rules.filters.rules()


def freeze(
    name: str,
    *,
    store: Store,
    storage: VersionStorage,
    rules: Rules,
    read_content: ContentReader,
    as_of: str | int | None,
    code_version: str,
    asked: Asked = NOTHING,
) -> Frozen:
    """Decide what is undecided and make the next version of a dataset, or return the one that holds the same already.

    The store gives the number, the first that neither it nor any folder has, and keeps what the folder is written
    from; so a folder that is missing, be it that writing it was cut short, is written again byte for byte. The parent
    of a version is the newest one, by the sequence number it shows the store at, that is not later and was not asked
    for by a past time: with `as_of`, a time in the form of `instant` or a sequence number, the store is taken as it was
    then, and what is made so is never the newest and nobody's parent. Losses alone make no version, being no part of
    its digest: its ledger stays as it was written, and what the state leaves out instead is in what is returned.

    `rules` are those that come into force; what is `asked` holds for this export alone, and with `as_of` it takes the
    place of what was in force then. Raises CuratorError where the dataset was fetched, where that time has not come
    yet, where nothing was decided or passes the filters, where these name what the schema lacks, and where the folder
    of the version was changed.
    """
    # Refuses what is no name, before any work is done.
    folders = storage.versions(name)
    with store.reading() as transaction:
        _refuse_fetched(transaction.versions.all(name), name)
    moment = _moment(store, rules, asked, as_of)
    decider = Decider(moment.schema, moment.rules, read_content)
    if moment.in_force:
        decide_changed(store, decider, moment.seq)
        if moment.takes_everything:
            unchanged = unchanged_version(store, name, decider, moment.seq, moment.all_rules)
            if unchanged is not None:
                return _known(*unchanged, store=store, storage=storage)
    selection = Selection(moment.rules.filters, moment.seq)
    decide = decided if moment.in_force else decided_in_past
    with storage.stage(name) as staged:
        documents = decide(store, decider, moment.seq, selection)
        drafted = draft(documents, moment.schema, staged, _silver(store, moment))
        drafted.ledger.count(selection.left_out)
        _refuse_empty(drafted, name, as_of, moment.rules.policy)
        digest = version_digest(drafted.files, moment.schema, moment.all_rules)
        with store.writing() as transaction:
            versions = transaction.versions.all(name)
            _refuse_fetched(versions, name)
            known = _of_digest(versions, digest, folders)
            if known is None:
                newest = max((version.number for version in versions), default=0)
                strangers = tuple(folder for folder in folders if folder > newest)
                number, parent = max([newest, *strangers]) + 1, _parent(versions, moment.seq)
                head = _head(name, number, drafted, moment, parent, code_version)
                if asked.about:
                    head["about"] = dict(asked.about)
                if parent is not None:
                    head["changes"] = changes_since(transaction, parent, drafted.numbers)
                retrospective = as_of is not None
                version = version_of(head, drafted.ledger, drafted.examples, moment.seq, retrospective=retrospective)
                transaction.versions.add(version, drafted.decisions)
        if known is not None:
            return _known(known, drafted.ledger, store=store, storage=storage)
        # What is committed has a folder in the end: a run that is killed from here on leaves it to the next one.
        publish(version, staged, store=store, storage=storage)
    return _frozen(version, drafted.ledger.counts, storage, strangers=strangers)


def _refuse_fetched(versions: Sequence[StoredVersion], name: str) -> None:
    """Raise CuratorError where a dataset is another store's: a version of ours would follow on what it is not of."""
    source = next((version.fetched_from for version in versions if version.fetched_from), "")
    if source:
        what = f"{name} is another store's dataset, which was fetched"
        raise CuratorError(what, source, "export under a name of your own, then `curator datasets diff` compares them")


def _head(
    name: str, number: int, drafted: Draft, moment: _Moment, parent: StoredVersion | None, code_version: str
) -> dict[str, Any]:
    return manifest(
        name,
        number,
        parent=None if parent is None else {"version": parent.number, "digest": parent.digest},
        files=drafted.files,
        counts=drafted.counts,
        schema=moment.schema,
        rules=moment.all_rules,
        code_version=code_version,
    )


def _known(version: StoredVersion, ledger: LossLedger, *, store: Store, storage: VersionStorage) -> Frozen:
    """Return a version that was there already, its folder written again where it was missing."""
    restored = write_folder(version, store=store, storage=storage)
    content = ledger.content()
    if version.reproducible and version.files[LEDGER].sha256 == kept_file(content).sha256:
        return _frozen(version, ledger.counts, storage, unchanged=True, restored=restored)
    stored = storage.ledger(version.dataset, version.number)
    differs = stored != json.loads(content)
    return replace(
        _frozen(version, stored["counts"], storage, unchanged=True, restored=restored),
        losses_now=ledger.counts if differs else None,
    )


def _frozen(
    version: StoredVersion,
    losses: Mapping[str, int],
    storage: VersionStorage,
    *,
    unchanged: bool = False,
    restored: bool = False,
    strangers: Sequence[int] = (),
) -> Frozen:
    name, number = version.dataset, version.number
    manifest = storage.manifest(name, number)
    path = storage.path(name, number)
    return Frozen(
        name, number, version.as_of, path, version.digest, unchanged, restored, strangers, manifest, losses, None
    )


def _silver(store: Store, moment: _Moment) -> Iterable[DecidedDocument] | None:
    """Return the silver documents, None where they are not asked for."""
    filters = moment.rules.filters
    if filters.silver is None:
        return None
    return Silver(moment.schema, filters).documents(store, moment.seq, Selection(filters, moment.seq))


def _moment(store: Store, rules: Rules, asked: Asked, as_of: str | int | None) -> _Moment:
    """Return the store at a time, now where none is given; the rules of now are kept, of a past only the first ones.

    What is asked for is kept nowhere: it is no rule that is in force.

    The transaction waits for whoever is at work, and its own number ends the past: nothing that commits later can be
    dated before it, so what a time means is settled for good.
    """
    with store.writing() as transaction:
        if as_of is None:
            of_export = asked.rules(rules)
            moment = _at(transaction, transaction.seq, of_export)
            put_rules_in_force(transaction.settings, rules.value())
            # A list of documents is looked up by itself, however many others there are.
            in_force = not asked.filters.shapes and asked.filters.only is None
            return replace(moment, in_force=in_force and of_export.value() == rules.value())
        seq = as_of if isinstance(as_of, int) else transaction.seq_at(as_of)
        if seq >= transaction.seq:
            raise CuratorError("that time has not come yet", str(as_of), "choose an earlier --as-of, or leave it out")
        of_past = rules.as_stored(rules_of_past(transaction.settings, seq, rules.value()))
        return _at(transaction, seq, asked.rules(of_past))


def _at(transaction: Transaction, seq: int, rules: Rules) -> _Moment:
    schema = schema_in_force(transaction.settings, seq)
    if schema is None:
        raise CuratorError("the store was empty then", "", "choose a later --as-of, or ingest documents")
    refuse_unknown(rules, schema)
    return _Moment(seq, schema, rules, split_rule_value(transaction, seq))


def _refuse_empty(drafted: Draft, name: str, as_of: str | int | None, policy: Policy) -> None:
    if not drafted.is_empty:
        return
    at = "" if as_of is None else f" as of {as_of}"
    counts = drafted.ledger.counts
    if any(reason.startswith("filtered:") for reason in counts):
        left_out = ", ".join(f"{reason} {number}" for reason, number in counts.items())
        raise CuratorError(f"the filters leave nothing{at}", f"{name}: {left_out}", "ask for more")
    if policy.name != "latest" and policy.undecided in counts and not drafted.reviewed:
        raise CuratorError(f"policy {policy.name} decides no document{at}", name, "choose another --policy")
    what = "no reviewed document has a split" if drafted.reviewed else "no document is reviewed yet"
    raise CuratorError(f"{what}{at}", name, "submit one in Label Studio, then `curator sync`")


def _of_digest(versions: Sequence[StoredVersion], digest: str, folders: Sequence[int]) -> StoredVersion | None:
    """Return the newest version of this content that can be had: from the store, or from its folder."""
    of_digest = [version for version in versions if version.digest == digest]
    return next((version for version in reversed(of_digest) if version.reproducible or version.number in folders), None)


def _parent(versions: Sequence[StoredVersion], seq: int) -> StoredVersion | None:
    """Return the newest version of what the store was up to a sequence number."""
    earlier = [version for version in versions if not version.retrospective and version.as_of <= seq]
    return max(earlier, key=lambda version: (version.as_of, version.number), default=None)


def version_of(
    head: Mapping[str, Any],
    ledger: LossLedger,
    examples: Mapping[tuple[str, str], Sequence[str]],
    as_of: int,
    *,
    retrospective: bool = False,
) -> StoredVersion:
    """Return the version of a manifest that lists its data files, and of its ledger, with all its files.

    The manifest that it holds lists the others too.
    """
    card = dataset_card(head, ledger.counts, examples).encode("utf-8")
    beside = {LEDGER: kept_file(ledger.content()), "README.md": kept_file(card)}
    listed = head["files"] | {name: {"sha256": file.sha256, "bytes": file.size} for name, file in beside.items()}
    whole = {**head, "files": {name: listed[name] for name in sorted(listed)}}
    files = {name: data_file(of_file) for name, of_file in head["files"].items()} | beside
    files[MANIFEST] = kept_file(manifest_content(whole))
    return StoredVersion(head["dataset"], head["version"], head["digest"], as_of, retrospective, files)
