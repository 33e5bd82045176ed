"""DocBins as spaCy itself writes them: from Python, and with `spacy convert`."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument, LeftOut
from tests.files.imports.as_imported import documents, labelled, put, read, refusal


def doc(words: list[str], *ents: tuple[int, int, str], spaces: list[bool] | None = None) -> Doc:
    made = Doc(spacy.blank("fr").vocab, words, spaces)
    made.set_ents([Span(made, *ent) for ent in ents])
    return made


def packed(folder: Path, *docs: Doc, **options: Any) -> Path:
    folder.mkdir(exist_ok=True)
    DocBin(docs=docs, **options).to_disk(folder / "train.spacy")
    return folder


ZOE = ["Zoé", "Martin", "attaque", "Paris", "."]
SPACES = [True, True, True, False, False]


def test_entities_and_groups_are_layers(tmp_path: Path) -> None:
    made = doc(ZOE, (0, 2, "PER"), (3, 4, "GPE"), spaces=SPACES)
    made.spans["events"] = [Span(made, 2, 4, "ATTACK"), Span(made, 2, 3, "ATTACK")]
    made.spans["sc"] = [Span(made, 3, 4, "PER")]
    (document,) = documents("", packed(tmp_path, made))
    assert document.text == "Zoé Martin attaque Paris."
    assert sorted(labelled(document)) == [
        ("entities", "Paris", "GPE"),
        ("entities", "Paris", "PER"),
        ("entities", "Zoé Martin", "PER"),
        ("events", "attaque", "ATTACK"),
        ("events", "attaque Paris", "ATTACK"),
    ]
    assert document.split == "train"


@pytest.mark.parametrize("attrs", [("ENT_IOB", "ENT_TYPE"), ("ORTH", "LEMMA", "ENT_TYPE", "ENT_IOB", "POS", "HEAD")])
def test_any_attributes_will_do(tmp_path: Path, attrs: tuple[str, ...]) -> None:
    # Some labels are numbers of spaCy's own.
    first, second = doc(ZOE, (0, 2, "PERSON"), spaces=SPACES), doc(["Lyon"], (0, 1, "GPE"), spaces=[True])
    one, other = documents("", packed(tmp_path, first, second, attrs=attrs))
    (annotation,) = one.annotations
    assert annotation.body["spans"] == [{"layer": "entities", "start": 0, "end": 10, "label": "PERSON"}]
    assert (other.text, labelled(other)) == ("Lyon ", [("entities", "Lyon", "GPE")])


def test_unknown_white_space_is_one_blank(tmp_path: Path) -> None:
    (document,) = documents("", packed(tmp_path, doc(ZOE, (0, 2, "PER"))))
    assert document.text == "Zoé Martin attaque Paris ."


def test_a_document_nobody_annotated_has_no_annotation(tmp_path: Path) -> None:
    made = doc(ZOE)
    made.set_ents([], default="missing")
    made.cats = {"guerre": 1.0}
    (document,) = documents("", packed(tmp_path, made))
    assert document.annotations == ()
    assert document.left_out == {"text-category": 1}


def test_data_of_plug_ins_is_passed_over(tmp_path: Path) -> None:
    made = doc(ZOE, (0, 2, "PER"))
    data: dict[Any, Any] = made.user_data
    data["._.", "vu", None, None] = True
    data["autre"] = [1, {"a": b"\x00"}]
    (document,) = documents("", packed(tmp_path, made, store_user_data=True))
    assert labelled(document) == [("entities", "Zoé Martin", "PER")]


TAGS = {"Zoé": "U-PER", "vit": "O", "à": "O", "Paris": "U-GPE"}
SENTENCES = [{"tokens": [{"id": n, "orth": word, "ner": tag} for n, (word, tag) in enumerate(TAGS.items())]}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.conll", "Zoé NNP B-PER\nvit VB O\nà IN O\nParis NNP B-GPE\n"),
        ("a.iob", "Zoé|NNP|B-PER vit|VB|O à|IN|O Paris|NNP|B-GPE\n"),
        ("a.json", json.dumps([{"id": 0, "paragraphs": [{"raw": "Zoé vit à Paris", "sentences": SENTENCES}]}])),
    ],
)
def test_what_spacy_converts_is_read(tmp_path: Path, name: str, content: str) -> None:
    from spacy.cli.convert import convert

    out = tmp_path / "out"
    out.mkdir()
    put(tmp_path, {name: content})
    kind = {"conll": "ner", "iob": "iob", "json": "json"}[name.partition(".")[2]]
    convert(tmp_path / name, out, lang="fr", converter=kind, file_type="spacy", silent=True)
    document, *others = read("", out)
    assert isinstance(document, ImportedDocument)
    assert all(isinstance(other, LeftOut) for other in others)
    assert document.text.split() == ["Zoé", "vit", "à", "Paris"]
    assert labelled(document) == [("entities", "Zoé", "PER"), ("entities", "Paris", "GPE")]


def repacked(data: bytes, **changes: Any) -> bytes:
    message = msgspec.msgpack.decode(zlib.decompress(data)) | changes
    return zlib.compress(msgspec.msgpack.encode({key: value for key, value in message.items() if value is not None}))


def spacy_bytes() -> bytes:
    made = doc(ZOE, (0, 2, "PER"), spaces=SPACES)
    made.spans["events"] = [Span(made, 2, 4, "ATTACK")]
    data: bytes = DocBin(docs=[made], attrs=("ENT_IOB", "ENT_TYPE")).to_bytes()
    return data


GROUP = {"name": "events", "attrs": {}, "spans": [struct.pack(">QQQllll", 0, 0, 383, 2, 9, 0, 0)]}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"attrs": [77, 78, 79]}, "DocBin has neither words nor labels among its attributes, 77, 78, 79"),
        ({"attrs": [65]}, "DocBin contradicts itself: its documents are not as long as its tokens"),
        ({"attrs": None}, "DocBin of another version, or none"),
        ({"attrs": []}, "DocBin has neither words nor labels"),
        ({"tokens": "texte"}, "DocBin of another version, or none"),
        ({"strings": []}, "DocBin lacks a string that it names"),
        ({"lengths": struct.pack("<i", -5)}, "DocBin contradicts itself"),
        ({"lengths": b"123"}, "DocBin contradicts itself"),
        ({"spaces": b""}, "DocBin contradicts itself"),
        ({"flags": [{}, {}]}, "DocBin contradicts itself: its parts are of different numbers"),
        ({"span_groups": [msgspec.msgpack.encode([msgspec.msgpack.encode(GROUP)])]}, "a span is not of its tokens"),
        ({"span_groups": [b"\xc1"]}, "DocBin contradicts itself"),
        ({"user_data": [b"curator\xc1"]}, "user data is not readable"),
        ({"user_data": [msgspec.msgpack.encode({"curator": "[]"})]}, "user data is no object"),
        ({"user_data": [msgspec.msgpack.encode({"curator": "{"})]}, "user data is not readable"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    put(tmp_path, {"a.spacy": repacked(spacy_bytes(), **changes)})
    told = refusal("", tmp_path)
    assert what in told
    assert f"{tmp_path}/a.spacy" in told


def test_older_forms_of_span_groups_are_read(tmp_path: Path) -> None:
    group = {**GROUP, "spans": [struct.pack(">QQQllll", 0, 0, 383, 2, 4, 0, 0)]}
    put(
        tmp_path,
        {"a.spacy": repacked(spacy_bytes(), span_groups=[msgspec.msgpack.encode([msgspec.msgpack.encode(group)])])},
    )
    (document,) = documents("", tmp_path)
    (annotation,) = document.annotations
    assert {"layer": "events", "start": 11, "end": 24, "label": "ORG"} in annotation.body["spans"]


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    put(tmp_path, {"a.spacy": spacy_bytes()[:cut]})
    assert f"({tmp_path}/a.spacy)" in refusal("", tmp_path)


def test_what_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path: Path) -> None:
    packing = zlib.compressobj(9)
    block = bytes(1 << 24)
    data = b"".join(packing.compress(block) for _ in range(17)) + packing.flush()
    put(tmp_path, {"a.spacy": data})
    assert refusal("", tmp_path).startswith("DocBin unpacks to more than")


def test_loading_runs_nothing(tmp_path: Path) -> None:
    """What a plug-in's decoder, or a numpy object, would make of bytes is never made."""
    hostile = {b"nd": True, b"type": "|O", b"kind": b"O", b"shape": [1], b"data": b"cos\nsystem\n(S'false'\ntR."}
    put(
        tmp_path,
        {"a.spacy": repacked(spacy_bytes(), cats=[{"a": hostile}], user_data=[msgspec.msgpack.encode(hostile)])},
    )
    (document,) = documents("", tmp_path)
    assert len(labelled(document)) == 2


def test_spans_that_relations_name_are_there_though_no_token_is(tmp_path: Path) -> None:
    rest = {
        "relations": [],
        "attributes": [{"on": "events:1-3:ATTACK", "name": "note", "value": 1}, {"on": "document"}],
    }
    data = repacked(spacy_bytes(), user_data=[msgspec.msgpack.encode({"curator": json.dumps(rest)})])
    (document,) = documents("", put(tmp_path, {"a.spacy": data}))
    (annotation,) = document.annotations
    assert {"layer": "events", "start": 1, "end": 3, "label": "ATTACK"} in annotation.body["spans"]


def test_a_blank_document_refuses_the_file(tmp_path: Path) -> None:
    packed(tmp_path, doc(["\n"], spaces=[False]), doc(ZOE))
    (refused,) = read("", tmp_path)
    assert isinstance(refused, Refused)
    assert str(refused.error) == f"text is empty ({tmp_path}/train.spacy:1): leave the document out"
