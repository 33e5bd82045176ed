"""What a version says of itself: its manifest, its ledger and its card, held against its records."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from curator.domain.dataset import manifest
from curator.domain.dataset_card import dataset_card
from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.domain.filters import BY_ONLY, BY_SOURCE, BY_WITHOUT
from curator.domain.json_values import unbroken
from curator.domain.ledger import LossLedger
from curator.domain.loss import Loss
from curator.domain.record import RECORD_FORMAT
from curator.domain.schema import LabelSchema
from curator.steps.datasets.folder import LEDGER, MANIFEST, manifest_content
from curator.steps.datasets.verify.fault import Fault

CARD = "README.md"
_LOSSES = b'"losses": ['
_END = b"]\n}\n"
_CLOSED = b"\n  ]\n}\n"
_ENTRY_END = b"\n    }"


def json_object(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a file holds, None where it holds none."""
    try:
        value = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def kept_facts(content: bytes) -> dict[str, Any]:
    """Return the facts of a file as a manifest gives them."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def manifest_faults(
    content: bytes,
    ref: DatasetRef,
    schema: LabelSchema,
    files: Mapping[str, Mapping[str, Any]],
    counts: Mapping[str, Any],
) -> Iterator[Fault]:
    """Yield what a manifest says that is not so, key by key; `files` and `counts` are what was found."""
    given = json_object(content)
    if given is None:
        yield Fault(MANIFEST, "is no JSON object")
        return
    if given.get("record_format") != RECORD_FORMAT:
        yield Fault(MANIFEST, f"record_format {given.get('record_format')!r} is not known here, {RECORD_FORMAT} is")
    unlike = list(_unlike(given))
    if unlike:
        yield from unlike
        return
    try:
        right = manifest(
            ref.name,
            ref.number,
            parent=given["parent"],
            files=files,
            counts=counts,
            schema=schema,
            rules=given["rules"],
            code_version=given["code_version"],
        )
    except (KeyError, TypeError, ValueError):
        yield Fault(MANIFEST, "rules hold what is no value of JSON")
        return
    if "loadable" not in given:
        # Of before there was a choice.
        del right["loadable"]
    if isinstance(given.get("counts"), dict) and "by_split" not in given["counts"]:
        # Of before splits were counted apart.
        del right["counts"]["by_split"]
    right |= {key: given[key] for key in ("about", "changes") if key in given}
    faults = [Fault(MANIFEST, what) for what in _differences("", given, right)]
    if not faults and manifest_content(right) != content:
        faults = [Fault(MANIFEST, "is not written as manifests are")]
    yield from faults


def _unlike(given: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the keys whose values are not of the kind that a manifest has."""
    for key, (_, kind) in _KINDS.items():
        if key not in given:
            yield Fault(MANIFEST, f"{key} is missing")
        elif not _is_right(key, given[key]):
            yield Fault(MANIFEST, f"{key} should be {kind}")


_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "parent": ((dict, type(None)), "null or an object with version and digest"),
    "rules": ((dict,), "an object"),
    "code_version": ((str,), "a string"),
}


def _is_right(key: str, value: Any) -> bool:
    if key == "parent" and isinstance(value, dict):
        return {"version", "digest"} <= value.keys()
    return isinstance(value, _KINDS[key][0])


def _differences(path: str, given: Any, right: Any) -> Iterator[str]:
    if isinstance(given, Mapping) and isinstance(right, Mapping):
        for key in sorted(given.keys() | right.keys()):
            place = f"{path}.{key}" if path else key
            if key not in given:
                yield f"{place} is missing"
            elif key not in right:
                yield f"{place} is not known"
            else:
                yield from _differences(place, given[key], right[key])
    elif json.dumps(given) != json.dumps(right):
        yield f"{path} is {json.dumps(given)}, not {json.dumps(right)}"


def ledger_faults(content: bytes, rules: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with a ledger: its counts, its order, its bytes; read loss by loss, as it is written.

    Documents that a filter of the rules left out as wholes are counted there and not listed.
    """
    head, mark, rest = content.partition(_LOSSES)
    given = json_object(head + mark + _END)
    if given is None or not isinstance(given.get("counts"), dict):
        yield Fault(LEDGER, "is no ledger")
        return
    counted: Counter[str] = Counter()
    before = ""
    try:
        for document, entries in groupby(_entries(rest), key=lambda entry: entry[0].document):
            losses, raw = zip(*entries, strict=True)
            counted.update(loss.reason for loss in losses)
            ledger = LossLedger()
            ledger.add(losses)
            if document < before or ledger.content().partition(_LOSSES)[2] != b",".join(raw) + _CLOSED:
                yield Fault(LEDGER, "losses are not written as ledgers have them", None, document)
            before = document
    except (KeyError, TypeError, ValueError, RecursionError):
        yield Fault(LEDGER, "is no ledger")
        return
    listed = bool(counted)
    for reason in _unlisted(rules):
        number = given["counts"].get(reason)
        if type(number) is int and number > 0:
            counted[reason] = number
    counts = {reason: counted[reason] for reason in sorted(counted)}
    if given["counts"] != counts:
        yield Fault(LEDGER, f"counts are {json.dumps(given['counts'])}, its losses are {json.dumps(counts)}")
    elif not rest.endswith(_CLOSED if listed else _END) or head + mark != _head(counts):
        yield Fault(LEDGER, "is not written as ledgers are")


def _unlisted(rules: Mapping[str, Any]) -> Iterator[str]:
    """Yield the reasons of which a ledger holds the number alone."""
    filters = rules.get("filters")
    for reason in (BY_SOURCE, BY_ONLY, BY_WITHOUT):
        if isinstance(filters, Mapping) and reason.removeprefix("filtered:") in filters:
            yield reason


def _entries(rest: bytes) -> Iterator[tuple[Loss, bytes]]:
    """Yield the losses of a ledger from behind its counts, each with its text. Raises ValueError and its like."""
    if rest == _END:
        return
    at = 0
    while at < len(rest) - len(_CLOSED):
        end = rest.find(_ENTRY_END, at) + len(_ENTRY_END)
        if end < len(_ENTRY_END):
            raise ValueError
        entry = rest[at:end]
        yield Loss(**json.loads(entry)), entry
        # Behind a comma there is another one.
        at = end + 1 if rest.startswith(b",", end) else end
        if at == end and rest[end:] != _CLOSED:
            raise ValueError


def _head(counts: Mapping[str, int]) -> bytes:
    head, mark, _ = LossLedger().content().partition(_LOSSES)
    written = json.dumps(counts, ensure_ascii=False, indent=2).replace("\n", "\n  ")
    return head.replace(b"{}", unbroken(written).encode()) + mark


def card_faults(
    content: bytes,
    manifest: Mapping[str, Any],
    ledger: Mapping[str, Any],
    examples: Mapping[tuple[str, str], Sequence[str]],
) -> Iterator[Fault]:
    """Yield a fault where a card is not the one that a manifest, the counts of a ledger and the records give."""
    try:
        right = dataset_card(manifest, ledger["counts"], examples).encode("utf-8")
    except (KeyError, TypeError, ValueError, AttributeError, CuratorError):
        # Of a manifest or a ledger that is none, which was told.
        return
    if content == right:
        return
    lines = enumerate(zip(content.splitlines(), right.splitlines(), strict=False), start=1)
    yield Fault(CARD, "is not the card of its manifest", next((at for at, (a, b) in lines if a != b), None))
