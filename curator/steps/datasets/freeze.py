"""Decisions into an immutable dataset version."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.dataset import loss_ledger, manifest
from curator.domain.dataset_card import dataset_card
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.json_values import unbroken
from curator.domain.loss import Loss
from curator.domain.schema import LabelSchema
from curator.steps.curation.decide import DecidedDocument, Decider, Rules
from curator.steps.in_force.rules import put_rules_in_force, rules_in_force
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class Frozen:
    """A dataset version that was written, or that had the same content already."""

    dataset: str
    version: int
    path: Path
    digest: str
    unchanged: bool
    manifest: Mapping[str, Any]
    losses: Mapping[str, int]


def freeze(
    name: str,
    *,
    store: Store,
    storage: VersionStorage,
    rules: Rules,
    read_content: ContentReader,
    as_of: str | None,
    code_version: str,
) -> Frozen:
    """Decide what is undecided and write the next version of a dataset, or return the newest where nothing changed.

    With `as_of`, a time in the form of `instant`, the store is taken as it was then. Raises CuratorError where
    nothing was decided.
    """
    with store.writing() as transaction:
        seq = transaction.seq if as_of is None else transaction.seq_at(as_of)
        schema = _schema(transaction, seq)
        if as_of is None:
            put_rules_in_force(transaction.settings, rules.value())
        else:
            rules = rules.as_stored(rules_in_force(transaction.settings, seq))
        decided = list(Decider(transaction, schema, rules, read_content, seq).decided())
        split_rule = transaction.settings.get("split_rule", seq)
    if not any(document.line and document.split for document in decided):
        moment = "" if as_of is None else f" as of {as_of}"
        reviewed = any(document.line for document in decided)
        what = "no reviewed document has a split" if reviewed else "no document is reviewed yet"
        raise CuratorError(f"{what}{moment}", name, "submit one in Label Studio, then `curator sync`")
    all_rules = {"decision": rules.value(), "split": split_rule}
    frozen = _write(name, decided, storage, schema, all_rules, code_version)
    with store.writing() as transaction:
        transaction.versions.add(name, frozen.version, frozen.digest, seq)
    return frozen


def _schema(transaction: Transaction, seq: int) -> LabelSchema:
    schema = schema_in_force(transaction.settings, seq)
    if schema is None:
        raise CuratorError("the store was empty then", "", "choose a later --as-of, or ingest documents")
    return schema


def _write(
    name: str,
    decided: list[DecidedDocument],
    storage: VersionStorage,
    schema: LabelSchema,
    rules: Mapping[str, Any],
    code_version: str,
) -> Frozen:
    files = {f"{split}.jsonl": _facts(_of_split(decided, split)) for split in SPLITS}
    ledger = loss_ledger(_losses(decided))
    numbers = storage.versions(name)
    parent = storage.manifest(name, numbers[-1]) if numbers else None
    number = numbers[-1] + 1 if numbers else 1
    head = manifest(
        name,
        number,
        parent=parent,
        files=files,
        counts=_counts(decided, schema),
        schema=schema,
        rules=rules,
        code_version=code_version,
    )
    if parent is not None and parent["digest"] == head["digest"]:
        path = storage.path(name, numbers[-1])
        return Frozen(name, numbers[-1], path, head["digest"], True, parent, ledger["counts"])
    written: dict[str, Iterable[bytes]] = {f"{split}.jsonl": _of_split(decided, split) for split in SPLITS}
    written["LOSSES.json"] = [_pretty(ledger)]
    written["manifest.json"] = [_pretty(head)]
    written["README.md"] = [dataset_card(head, ledger["counts"]).encode("utf-8")]
    path = storage.write(name, number, written)
    return Frozen(name, number, path, head["digest"], False, head, ledger["counts"])


def _of_split(decided: Iterable[DecidedDocument], split: str) -> list[bytes]:
    """Return the records of a split."""
    return [document.line for document in decided if document.split == split and document.line is not None]


def _facts(lines: Iterable[bytes]) -> dict[str, Any]:
    checksum, size, count = hashlib.sha256(), 0, 0
    for line in lines:
        checksum.update(line)
        size += len(line)
        count += 1
    return {"sha256": checksum.hexdigest(), "bytes": size, "records": count}


def _losses(decided: Iterable[DecidedDocument]) -> Iterator[Loss]:
    for document in decided:
        yield from document.losses


def _counts(decided: Iterable[DecidedDocument], schema: LabelSchema) -> dict[str, Any]:
    written = [document.counts for document in decided if document.split is not None and document.line is not None]
    labels = {
        layer.name: {label.name: sum(counts[layer.name][label.name] for counts in written) for label in layer.labels}
        for layer in schema.layers
    }
    return {"documents": len(written), "spans": labels}


def _pretty(value: Mapping[str, Any]) -> bytes:
    return unbroken(json.dumps(value, ensure_ascii=False, indent=2)).encode("utf-8") + b"\n"
