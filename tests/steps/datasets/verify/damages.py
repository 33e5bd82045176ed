"""What can be done to a version, each with words that verifying it says: as it is, and with the hashes made to fit."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.steps.datasets.verify.damage import (
    Value,
    lines,
    manifest_changed,
    moved,
    other_text,
    record_changed,
    write_lines,
)

FILES = (
    *("README.md", "LOSSES.json", "manifest.json", "train.jsonl", "dev.jsonl", "test.jsonl"),
    *("loadable/train.jsonl", "loadable/dev.jsonl", "loadable/test.jsonl"),
)
Damage = Callable[[Path], object]


def _swapped(folder: Path) -> None:
    write_lines(folder, "train", lines(folder, "train")[::-1])


def _sorted(folder: Path) -> None:
    write_lines(folder, "train", sorted(lines(folder, "train")))


def _doubled(folder: Path) -> None:
    write_lines(folder, "train", [lines(folder, "train")[0], *lines(folder, "train")])


def _in_both(folder: Path) -> None:
    write_lines(folder, "dev", sorted([*lines(folder, "dev"), lines(folder, "train")[0]]))


def _appended(file: str, content: bytes) -> Damage:
    def damage(folder: Path) -> None:
        with (folder / file).open("ab") as stream:
            stream.write(content)

    return damage


def _replaced(file: str, before: bytes, after: bytes) -> Damage:
    def damage(folder: Path) -> None:
        content = (folder / file).read_bytes()
        assert before in content
        (folder / file).write_bytes(content.replace(before, after, 1))

    return damage


def then(*damages: Damage) -> Damage:
    def damage(folder: Path) -> None:
        for each in damages:
            each(folder)

    return damage


def where(words: bytes, change: Callable[[Value], object]) -> Damage:
    """Return what changes the record of train that has these words."""

    def damage(folder: Path) -> None:
        at = next(at for at, line in enumerate(lines(folder, "train")) if words in line)
        record_changed(change, at=at)(folder)

    return damage


def with_spans(change: Callable[[Value], object]) -> Damage:
    return where(b"Paul", lambda value: change(value["spans"]["entities"][0]))


def with_relations(change: Callable[[Value], object]) -> Damage:
    return where(b"Marie", change)


def _oslo(change: Callable[[Value], object]) -> Damage:
    return where(b"Oslo", change)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a file added": (_appended("notes.txt", b"x"), "notes.txt: was added"),
    "a file added in a folder": (_appended("loadable/notes.txt", b""), "loadable/notes.txt: was added"),
    "bytes after the end": (_appended("train.jsonl", b"\n"), "train.jsonl: was changed"),
    "truncated": (lambda folder: (folder / "train.jsonl").write_bytes(lines(folder, "train")[0][:-5]), "train.jsonl:1"),
    "emptied": (lambda folder: (folder / "dev.jsonl").write_bytes(b""), "dev.jsonl: was changed"),
    "a line removed": (lambda folder: write_lines(folder, "train", lines(folder, "train")[1:]), "was changed"),
    "lines swapped": (_swapped, "not in the order of their ids"),
    "a line doubled": (_doubled, "document is there twice"),
    "a record in two splits": (_in_both, "document is in train too"),
    "a label": (with_spans(lambda span: span.update(label="GPE")), "line is not written"),
    "an unknown label": (with_spans(lambda span: span.update(label="XYZ")), "unknown-label"),
    "an offset": (with_spans(lambda span: span.update(start=1)), "span does not fit its text"),
    "an offset outside": (with_spans(lambda span: span.update(end=10_000)), "span does not fit its text"),
    "offsets that are none": (with_spans(lambda span: span.update(start="0")), "span does not fit its text"),
    "a span's text": (with_spans(lambda span: span.update(text="autre")), "span does not fit its text"),
    "an id": (record_changed(lambda value: value.update(id="0" * 24)), "id is not that of its text"),
    "a text": (_oslo(lambda value: value.update(text="Oslo dort sous la pluie.")), "id is not that of its text"),
    "metadata": (record_changed(lambda value: value["meta"].update(n=99)), "loadable/train.jsonl:1"),
    "provenance": (record_changed(lambda value: value["provenance"].update(policy="x")), "loadable/train.jsonl:1"),
    "a key more": (record_changed(lambda value: value.update(more=1)), "line is not written as records are"),
    "a key less": (record_changed(lambda value: value.pop("relations")), "line is not written as records are"),
    "not JSON": (_appended("test.jsonl", b"{\n"), "test.jsonl:2: not a JSON object"),
    "loadable swapped": (
        lambda folder: shutil.copy(folder / "loadable/dev.jsonl", folder / "loadable/train.jsonl"),
        "line is not that of its record",
    ),
    "a relation's end": (
        with_relations(lambda value: value["relations"][0].update(head="events:0-1:ATTACK")),
        "relation names no span",
    ),
    "a ledger's count": (_replaced("LOSSES.json", b'"doubled": 1', b'"doubled": 2'), "counts are"),
    "a ledger emptied": (_replaced("LOSSES.json", b"{", b"["), "is no ledger"),
    "a card": (_replaced("README.md", b"Licence: none", b"Licence: some"), "is not the card of its manifest"),
    "a manifest's count": (manifest_changed(lambda m: m["counts"].update(documents=7)), "counts.documents is 7, not 6"),
    "a manifest's bytes": (manifest_changed(lambda m: m["files"]["dev.jsonl"].update(bytes=1)), "dev.jsonl.bytes is 1"),
    "a manifest's records": (manifest_changed(lambda m: m["files"]["dev.jsonl"].update(records=3)), "records is 3"),
    "a manifest's hash": (manifest_changed(lambda m: m["files"]["dev.jsonl"].update(sha256="0")), 'sha256 is "0"'),
    "a manifest's digest": (manifest_changed(lambda m: m.update(digest="0" * 64)), "digest is"),
    "a manifest's name": (manifest_changed(lambda m: m.update(dataset="olds")), 'dataset is "olds", not "news"'),
    "a manifest's number": (manifest_changed(lambda m: m.update(version=3)), "version is 3, not 2"),
    "a manifest's parent": (manifest_changed(lambda m: m.update(parent=None)), "is not the card"),
    "a parent's digest": (manifest_changed(lambda m: m["parent"].update(digest="0" * 64)), "parent's digest is"),
    "a manifest's rules": (manifest_changed(lambda m: m["rules"]["split"].update(seed="x")), "digest is"),
    "a manifest's schema": (manifest_changed(lambda m: m["schema"].update(title="x")), "schema_hash is"),
    "a schema that is none": (manifest_changed(lambda m: m.update(schema=[])), "manifest.json"),
    "a record format": (manifest_changed(lambda m: m.update(record_format=9)), "record_format 9 is not known"),
    "a key more in the manifest": (manifest_changed(lambda m: m.update(more=1)), "more is not known"),
    "a key less in the manifest": (manifest_changed(lambda m: m.pop("rules")), "manifest.json: rules is missing"),
    "files unlisted": (manifest_changed(lambda m: m.pop("files")), "manifest.json"),
    "a manifest that is none": (lambda folder: (folder / "manifest.json").write_bytes(b"[]"), "is no JSON object"),
    "a manifest reformatted": (_appended("manifest.json", b" "), "manifest.json"),
} | {f"{file} removed": (lambda folder, file=file: (folder / file).unlink(), f"{file}: is missing") for file in FILES}


COVERED: dict[str, tuple[Damage, str | None]] = {
    "a record moved": (moved, None),
    "a record removed": (lambda folder: write_lines(folder, "train", lines(folder, "train")[1:]), None),
    "a text and its id": (then(_oslo(other_text), _sorted), None),
    "metadata": (record_changed(lambda value: value["meta"].update(n=99)), None),
    "lines swapped": (_swapped, "not in the order of their ids"),
    "a line doubled": (_doubled, "document is there twice"),
    "a record in two splits": (_in_both, "document is in train too"),
    "a label": (with_spans(lambda span: span.update(label="GPE")), "line is not written as records are"),
    "an unknown label": (with_spans(lambda span: span.update(label="XYZ")), "unknown-label"),
    "an offset": (with_spans(lambda span: span.update(start=1)), "span does not fit its text"),
    "a blank edge": (
        with_spans(lambda span: span.update(end=5, text="Paul ", id="entities:0-5:PER")),
        "span is trimmed",
    ),
    "overlapping spans": (
        with_relations(
            lambda value: value["spans"]["entities"].insert(
                1, {"id": "entities:6-11:PER", "start": 6, "end": 11, "label": "PER", "text": "Curie"}
            )
        ),
        "span is overlaps-longer",
    ),
    "a span doubled": (
        with_relations(lambda value: value["spans"]["entities"].insert(0, value["spans"]["entities"][0])),
        "span is doubled",
    ),
    "a relation doubled": (
        with_relations(lambda value: value["relations"].append(value["relations"][0])),
        "relation is doubled",
    ),
    "an unknown relation": (
        with_relations(lambda value: value["relations"][0].update(label="with")),
        "unknown-relation",
    ),
    "an attribute's value": (
        with_relations(lambda value: value["attributes"][0].update(value="sûr")),
        "unknown-choice",
    ),
    "a layer": (record_changed(lambda value: value["spans"].pop("events")), "layers are not those"),
    "an id": (record_changed(lambda value: value.update(id="0" * 24)), "id is not that of its text"),
}
